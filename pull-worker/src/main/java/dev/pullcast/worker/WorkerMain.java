// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.kafka.OAuthUrls;
import dev.pullcast.contract.process.LastResort;
import dev.pullcast.contract.settings.Settings;
import dev.pullcast.contract.settings.Settings.InvalidSetting;
import dev.pullcast.worker.engine.NativeTransport;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code pullcast worker [--config FILE]}: one worker beside one engine, until it is told to stop. */
public final class WorkerMain {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerMain.class);

    private WorkerMain() {}

    /** Runs until SIGTERM or SIGINT. Exit code 2 for bad settings, 1 when it cannot start. */
    public static void main(String[] args) {
        System.exit(run(args, System.getenv()));
    }

    private static int run(String[] args, Map<String, String> environment) {
        WorkerConfig config;
        try {
            Path file = args.length == 2 && args[0].equals("--config") ? Path.of(args[1]) : null;
            if (args.length != 0 && file == null) {
                throw new InvalidSetting("usage: pullcast worker [--config FILE]");
            }
            config = WorkerConfig.of(Settings.read(WorkerConfig.KEYS, file, environment, Map.of()), environment);
        } catch (InvalidSetting e) {
            LOG.error("{}", e.getMessage());
            return 2;
        }
        OAuthUrls.allow(config.kafka());
        Vertx vertx = NativeTransport.vertx(new VertxOptions());
        LastResort lastResort = LastResort.halting("pullcast worker");
        vertx.exceptionHandler(failure -> {
            LOG.error("a failure that nothing handles", failure);
            lastResort.look(failure);
        });
        Worker worker = new Worker(vertx, config, UlidCreator.getMonotonicUlid().toString(), lastResort);
        try {
            worker.start().toCompletionStage().toCompletableFuture().get();
        } catch (ExecutionException e) {
            LOG.error(
                    "the worker cannot start: {}",
                    e.getCause() == null ? e.toString() : e.getCause().getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
        Thread stop = Thread.ofPlatform().unstarted(() -> close(vertx, worker, config.drainSeconds()));
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            Thread.currentThread().join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    private static void close(Vertx vertx, Worker worker, int drainSeconds) {
        try {
            worker.close()
                    .compose(_ -> vertx.close())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(drainSeconds + 15L, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the worker did not stop cleanly: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
