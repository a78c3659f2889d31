// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.worker.engine.EngineClient;
import dev.pullcast.worker.engine.EngineDetails;
import dev.pullcast.worker.engine.RegistryAuth;
import dev.pullcast.worker.engine.RegistryRules;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/** Asks registries with the rules of the engine. */
public final class RegistryAccess implements ManifestAccess {
    private final Vertx vertx;
    private final EngineClient engine;
    private final RegistryReader reader;
    private final boolean engineIsHere;

    /**
     * Asks nobody yet.
     *
     * @param engine for its insecure registries
     * @param engineIsHere whether loopback addresses mean the same to the engine and to this process
     */
    public RegistryAccess(Vertx vertx, EngineClient engine, RegistryReader reader, boolean engineIsHere) {
        this.vertx = vertx;
        this.engine = engine;
        this.reader = reader;
        this.engineIsHere = engineIsHere;
    }

    @Override
    public Future<Answer> mayRead(ImageReference reference, @Nullable RegistryAuth auth) {
        return engine.details()
                .map(EngineDetails::registries)
                .compose(rules -> RegistryCalls.run(vertx, () -> ask(reference, auth, rules)))
                .otherwise(t -> new Answer.Unknown(t.getClass().getSimpleName()));
    }

    private Answer ask(ImageReference reference, @Nullable RegistryAuth auth, RegistryRules rules) {
        try {
            return new Answer.Granted(reader.check(RegistryCalls.toRegistry(reference, auth, rules, engineIsHere)));
        } catch (RegistryException e) {
            return switch (e.refusal()) {
                case LOGIN, NOT_FOUND -> new Answer.Denied();
                default -> new Answer.Unknown(String.valueOf(e.getMessage()));
            };
        }
    }
}
