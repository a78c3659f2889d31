// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.enqueue;

import dev.pullcast.contract.sealed.RegistryLogin;
import dev.pullcast.contract.sealed.SealedFor;
import dev.pullcast.contract.sealed.SealingException;
import dev.pullcast.contract.sealed.SealingKeys;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seals logins that arrive over HTTP, with the first key of a file that is read anew every few seconds: keys change
 * without a restart. Sealing is safe from any thread and does not block.
 */
public final class Sealer implements BiFunction<RegistryLogin, SealedFor, String> {
    private static final Logger LOG = LoggerFactory.getLogger(Sealer.class);
    private static final long LOOK_MILLIS = 5_000;

    private final Vertx vertx;
    private final Path file;
    private final long timer;
    private volatile SealingKeys keys;
    private boolean complained;

    private Sealer(Vertx vertx, Path file, SealingKeys keys) {
        this.vertx = vertx;
        this.file = file;
        this.keys = keys;
        this.timer = vertx.setPeriodic(LOOK_MILLIS, _ -> look());
    }

    /** Reads the keys; fails, saying why, if there is no good file of them. */
    public static Future<Sealer> open(Vertx vertx, Path file) {
        return read(vertx, file).map(keys -> new Sealer(vertx, file, keys));
    }

    private static Future<SealingKeys> read(Vertx vertx, Path file) {
        return vertx.executeBlocking(() -> SealingKeys.read(file), false)
                .compose(read -> read == null ? Future.failedFuture("no keys") : Future.succeededFuture(read));
    }

    private void look() {
        read(vertx, file)
                .onSuccess(read -> {
                    keys = read;
                    complained = false;
                })
                .onFailure(failure -> {
                    if (!complained) {
                        complained = true;
                        LOG.warn(
                                "the keys read before go on being used: {}",
                                failure instanceof SealingException ? failure.getMessage() : failure.toString());
                    }
                });
    }

    /** Seals a login, which names its registry, for one use as a compact JWE. */
    @Override
    public String apply(RegistryLogin login, SealedFor use) {
        return keys.seal(login, use);
    }

    /** Looks for new keys no more. */
    public Future<Void> close() {
        vertx.cancelTimer(timer);
        return Future.succeededFuture();
    }
}
