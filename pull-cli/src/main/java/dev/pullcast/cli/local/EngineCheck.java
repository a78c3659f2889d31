// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.local;

import dev.pullcast.contract.settings.Settings;
import dev.pullcast.worker.WorkerConfig;
import dev.pullcast.worker.engine.EngineClient;
import dev.pullcast.worker.engine.EngineDetails;
import dev.pullcast.worker.engine.EngineException;
import dev.pullcast.worker.engine.Engines;
import dev.pullcast.worker.engine.NativeTransport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Whether an engine answers, and what it is. */
public final class EngineCheck {
    private EngineCheck() {}

    /** No engine answers; the message says what was tried and what to do. */
    public static final class EngineUnavailable extends Exception {
        private static final long serialVersionUID = 1L;

        EngineUnavailable(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Asks the engine for all that it tells of itself.
     *
     * @param host in the forms of {@code DOCKER_HOST}; null for what the environment says
     * @throws dev.pullcast.contract.settings.Settings.InvalidSetting for a setting in the environment, or an address,
     *     that cannot be used
     * @throws EngineUnavailable if it does not answer
     */
    public static EngineReport report(@Nullable String host, Map<String, String> environment) throws EngineUnavailable {
        WorkerConfig config = settings(host, environment);
        Vertx vertx = NativeTransport.vertx(new VertxOptions().setEventLoopPoolSize(1));
        try {
            EngineClient engine = open(vertx, config, environment);
            EngineDetails details = check(engine.details());
            return new EngineReport(details, engine.toString());
        } finally {
            vertx.close().await();
        }
    }

    /**
     * A worker's settings, as far as they stand in the environment: logins, how pulls are done, the way to the engine.
     * Which engine that is, is said by the command line and {@code DOCKER_HOST} alone.
     */
    static WorkerConfig settings(@Nullable String host, Map<String, String> environment) {
        Map<String, String> given = Map.of("engine.host", host == null ? "" : host, "worker.id", "local");
        return WorkerConfig.of(Settings.read(WorkerConfig.KEYS, null, environment, given), environment);
    }

    /** The API, or the docker command where only that reaches the engine; unless a setting says which. */
    static EngineClient open(Vertx vertx, WorkerConfig config, Map<String, String> environment) {
        return Engines.open(vertx, config.engineMode(), config.engine(), config.dockerCommand(), environment);
    }

    static <T> T check(Future<T> answer) throws EngineUnavailable {
        try {
            return answer.toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new EngineUnavailable(EngineException.failureOf(cause).message(), cause);
        }
    }
}
