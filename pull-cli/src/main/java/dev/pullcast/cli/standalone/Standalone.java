// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.standalone;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.cli.client.HttpExchange;
import dev.pullcast.cli.client.Origin;
import dev.pullcast.contract.process.LastResort;
import dev.pullcast.gateway.Gateway;
import dev.pullcast.gateway.GatewayConfig;
import dev.pullcast.standalone.EmbeddedBroker;
import dev.pullcast.worker.Worker;
import dev.pullcast.worker.WorkerConfig;
import dev.pullcast.worker.engine.NativeTransport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Broker, gateway and worker in one process. {@link #start()} and {@link #close()} block, and are called from plain
 * threads; closing while it starts waits for the start.
 */
public final class Standalone implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Standalone.class);
    private static final Duration START_BOUND = Duration.ofSeconds(60);
    private static final Duration READY_BOUND = Duration.ofSeconds(30);
    private static final long READY_CHECK_MILLIS = 25;
    /** Ten seconds are promised for all; the broker needs its own at the end. */
    private static final Duration PARTS_STOP_BOUND = Duration.ofSeconds(6);

    private static final int HTTP_TIMEOUT_MILLIS = 2_000;
    private static final int OK = 200;

    private final UpConfig config;
    private final EmbeddedBroker broker;
    private final CountDownLatch closing = new CountDownLatch(1);
    private @Nullable Vertx vertx;
    private @Nullable Gateway gateway;
    private @Nullable Worker worker;

    /** It cannot start; the message says why and what to do. */
    public static final class StartFailed extends Exception {
        private static final long serialVersionUID = 1L;

        StartFailed(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** With nothing started. */
    public Standalone(UpConfig config) {
        this.config = config;
        this.broker = new EmbeddedBroker(config.data().resolve("kafka"), config.kafkaPort(), Map.of());
    }

    /**
     * Starts all parts; returns when jobs are taken.
     *
     * @return the gateway's URL
     * @throws StartFailed with nothing left running
     */
    public synchronized String start() throws StartFailed {
        try {
            refuseTakenPort();
            String bootstrapServers = broker.start();
            Vertx started = NativeTransport.vertx(new VertxOptions());
            vertx = started;
            LastResort lastResort = LastResort.halting("pullcast up");
            GatewayConfig gatewayConfig = config.gateway(bootstrapServers);
            broker.removeDeadMembers(gatewayConfig.feed().topics().coordinatorGroup());
            Gateway newGateway = new Gateway(started, gatewayConfig, InstantSource.system(), lastResort);
            gateway = newGateway;
            WorkerConfig workerConfig = config.worker(bootstrapServers);
            Worker newWorker = new Worker(
                    started, workerConfig, UlidCreator.getMonotonicUlid().toString());
            worker = newWorker;
            await(Future.all(newGateway.start(), newWorker.start()));
            String authority = gatewayConfig.http().host() + ':' + newGateway.port();
            if (gatewayConfig.http().tls() != null) {
                // Its certificate need not name the address that it listens on, so it cannot be asked over it.
                return "https://" + authority;
            }
            awaitReady("http://" + authority);
            return "http://" + authority;
        } catch (ExecutionException | TimeoutException | EmbeddedBroker.StartFailed | IllegalStateException e) {
            Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
            stopParts();
            throw new StartFailed(explain(cause), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopParts();
            throw new StartFailed("interrupted", e);
        }
    }

    /** Completes, with the reason, when the broker gives up by itself; nothing works after that. */
    public CompletionStage<String> failure() {
        return broker.failure();
    }

    /** Where Kafka's clients connect, for other programs on this machine. */
    public String kafka() {
        return broker.bootstrapServers();
    }

    /** Stops all parts within ten seconds; says which pulls were still running. */
    @Override
    public void close() {
        closing.countDown();
        synchronized (this) {
            stopParts();
        }
    }

    private void refuseTakenPort() throws StartFailed {
        if (config.gatewayPort() == 0) {
            return;
        }
        String host = config.gateway("127.0.0.1:0").http().host();
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(host, config.gatewayPort()));
        } catch (BindException e) {
            throw new StartFailed(portTaken(), e);
        } catch (IOException e) {
            throw new StartFailed("cannot listen on " + host + ": " + e.getMessage(), e);
        }
    }

    private String portTaken() {
        return "port " + config.gatewayPort()
                + " is taken by another process. Stop it, or choose another port with --port (0 for any free one).";
    }

    private String explain(Throwable cause) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            // Netty's native transport has an exception of its own for this.
            if (t instanceof BindException || String.valueOf(t.getMessage()).contains("Address already in use")) {
                return portTaken();
            }
        }
        String message = cause instanceof TimeoutException
                ? "a part did not start within " + START_BOUND.toSeconds() + " s"
                : cause.getMessage();
        return message == null ? cause.toString() : message;
    }

    private static <T> void await(Future<T> future) throws ExecutionException, TimeoutException, InterruptedException {
        future.toCompletionStage().toCompletableFuture().get(START_BOUND.toSeconds(), TimeUnit.SECONDS);
    }

    private void awaitReady(String url) throws TimeoutException, InterruptedException {
        Origin origin = Origin.parse(url);
        var request = new HttpExchange.Request("GET", "/readyz", Map.of(), null, HTTP_TIMEOUT_MILLIS);
        long deadline = System.nanoTime() + READY_BOUND.toNanos();
        while (System.nanoTime() < deadline) {
            try (HttpExchange exchange = HttpExchange.send(origin, request)) {
                if (exchange.status() == OK) {
                    return;
                }
            } catch (IOException e) {
                LOG.debug("not ready yet: {}", e.toString());
            }
            if (closing.await(READY_CHECK_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new InterruptedException("stopped while starting");
            }
        }
        throw new TimeoutException("the gateway did not become ready");
    }

    private void stopParts() {
        Worker runningWorker = worker;
        Gateway runningGateway = gateway;
        Vertx runningVertx = vertx;
        worker = null;
        gateway = null;
        vertx = null;
        if (runningVertx != null) {
            Future<Void> workerGone = runningWorker == null ? Future.succeededFuture() : runningWorker.close();
            // The gateway outlives the worker, so that viewers see its last events.
            Future<Void> gone = workerGone.transform(
                    _ -> runningGateway == null ? Future.succeededFuture() : runningGateway.close());
            within(gone.transform(_ -> runningVertx.close()));
            if (runningWorker != null) {
                report(runningWorker.open());
            }
        }
        broker.close();
    }

    private static void report(List<String> open) {
        if (!open.isEmpty()) {
            LOG.warn("{} pulls were still running; the next start takes them up again: {}", open.size(), open);
        }
    }

    private static void within(Future<Void> end) {
        try {
            end.toCompletionStage().toCompletableFuture().get(PARTS_STOP_BOUND.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | CompletionException e) {
            LOG.warn("a part did not stop cleanly: {}", e.toString());
        } catch (TimeoutException e) {
            LOG.warn("a part did not stop within {} s and is left behind", PARTS_STOP_BOUND.toSeconds());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
