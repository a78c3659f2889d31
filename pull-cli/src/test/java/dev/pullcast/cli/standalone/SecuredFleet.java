// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.standalone;

import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.contract.settings.Settings;
import dev.pullcast.gateway.Gateway;
import dev.pullcast.gateway.GatewayConfig;
import dev.pullcast.testkit.EngineAct;
import dev.pullcast.testkit.EngineAnswer;
import dev.pullcast.testkit.Recordings;
import dev.pullcast.testkit.ScriptedEngine;
import dev.pullcast.testkit.SecureKafka;
import dev.pullcast.worker.Worker;
import dev.pullcast.worker.WorkerConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Gateways and workers in this process, each a principal of its own at a Kafka that asks who they are. */
final class SecuredFleet implements AutoCloseable {
    private static final long BOUND_SECONDS = 60;

    private final SecureKafka kafka;
    private final SecureKafka.Way way;
    private final Topics topics;
    private final Path folder;
    private final Vertx vertx = Vertx.vertx();
    private final ScriptedEngine engine = ScriptedEngine.start();
    private final List<Supplier<Future<Void>>> stops = new ArrayList<>();

    /** With an engine, and nothing else that runs. */
    SecuredFleet(SecureKafka kafka, SecureKafka.Way way, Topics topics, Path folder) {
        this.kafka = kafka;
        this.way = way;
        this.topics = topics;
        this.folder = folder;
    }

    /** The engine of all workers. */
    ScriptedEngine engine() {
        return engine;
    }

    /** How an engine answers that brings an image of four layers. */
    static EngineAnswer delivers(ScriptedEngine engine, String image) {
        return new EngineAnswer(Stream.concat(
                        Stream.of((EngineAct)
                                new EngineAct.Effect(() -> engine.putImage(image, "sha256:" + "a".repeat(64)))),
                        EngineAnswer.replay(Recordings.load("dockerd20-fresh-4-layers")).acts().stream())
                .toList());
    }

    /** A gateway as this user; fails as it fails. */
    Gateway gateway(String user, String roles) {
        Gateway gateway = new Gateway(vertx, gatewayConfig(user, roles), InstantSource.system());
        stops.add(gateway::close);
        await(gateway.start());
        return gateway;
    }

    /** What that gateway is told. */
    GatewayConfig gatewayConfig(String user, String roles) {
        Map<String, String> settings = settings(user);
        settings.put("gateway.port", "0");
        settings.put("gateway.roles", roles);
        return GatewayConfig.of(Settings.read(GatewayConfig.KEYS, null, Map.of(), settings));
    }

    /** A worker as this user; fails as it fails. */
    Worker worker(String user, String id) {
        Worker worker = new Worker(vertx, workerConfig(user, id), "i-" + id);
        stops.add(worker::close);
        await(worker.start());
        return worker;
    }

    /** What that worker is told. */
    WorkerConfig workerConfig(String user, String id) {
        Map<String, String> settings = settings(user);
        settings.putAll(Map.of(
                "worker.id",
                id,
                "worker.data-dir",
                folder.toString(),
                "worker.heartbeat-seconds",
                "1",
                "worker.drain-seconds",
                "0",
                "worker.ops.port",
                "0",
                "engine.host",
                "unix://" + engine.socket()));
        return WorkerConfig.of(Settings.read(WorkerConfig.KEYS, null, Map.of(), settings), Map.of());
    }

    private Map<String, String> settings(String user) {
        Map<String, String> settings = new HashMap<>();
        settings.put("topics.prefix", topics.prefix());
        kafka.client(way, user).forEach((key, value) -> settings.put("kafka." + key, value));
        return settings;
    }

    /** Waits, and throws what it fails with. */
    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(BOUND_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } catch (TimeoutException e) {
            throw new AssertionError("nothing came of it within " + BOUND_SECONDS + " s", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(String.valueOf(e.getCause()), e);
        }
    }

    @Override
    public void close() {
        stops.reversed().forEach(stop -> await(stop.get()));
        await(vertx.close());
        engine.close();
    }
}
