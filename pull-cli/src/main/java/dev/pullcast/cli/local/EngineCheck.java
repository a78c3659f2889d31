// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.local;

import dev.pullcast.contract.worker.EngineFacts;
import dev.pullcast.worker.engine.DockerCommand;
import dev.pullcast.worker.engine.EngineAddress;
import dev.pullcast.worker.engine.EngineClient;
import dev.pullcast.worker.engine.EngineException;
import dev.pullcast.worker.engine.EngineMode;
import dev.pullcast.worker.engine.Engines;
import dev.pullcast.worker.engine.NativeTransport;
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

        EngineUnavailable(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Asks the engine and tells in one line what it is and where.
     *
     * @param host in the forms of {@code DOCKER_HOST}; null for what the environment says
     * @throws IllegalArgumentException for an address that cannot be understood
     * @throws EngineUnavailable if it does not answer
     */
    public static String describe(@Nullable String host, Map<String, String> environment) throws EngineUnavailable {
        EngineAddress address = EngineAddress.of(host, environment);
        Vertx vertx = NativeTransport.vertx(new VertxOptions().setEventLoopPoolSize(1));
        try {
            EngineClient engine = open(vertx, host, address, environment);
            EngineFacts facts = check(engine);
            return facts.kind() + ' ' + facts.version() + " (API " + facts.apiVersion() + ", " + facts.os() + '/'
                    + facts.arch() + ") at " + engine;
        } finally {
            vertx.close().await();
        }
    }

    /** The API, or the docker command where only that reaches the engine. */
    static EngineClient open(
            Vertx vertx, @Nullable String host, EngineAddress address, Map<String, String> environment) {
        // Named by nobody, the engine is the one of the command's current context.
        boolean named =
                host != null || !environment.getOrDefault("DOCKER_HOST", "").isEmpty();
        DockerCommand command = new DockerCommand("docker", named ? address.forCommand() : null);
        return Engines.open(vertx, EngineMode.AUTO, address, command, environment);
    }

    static EngineFacts check(EngineClient engine) throws EngineUnavailable {
        try {
            return engine.facts().toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new EngineUnavailable(EngineException.failureOf(cause).message(), cause);
        }
    }
}
