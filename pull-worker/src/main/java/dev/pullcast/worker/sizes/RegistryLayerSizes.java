// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.sizes;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.image.Platform;
import dev.pullcast.worker.engine.EngineClient;
import dev.pullcast.worker.engine.EngineDetails;
import dev.pullcast.worker.engine.RegistryAuth;
import dev.pullcast.worker.engine.RegistryRules;
import dev.pullcast.worker.progress.ExpectedSizes;
import dev.pullcast.worker.registry.ImageManifest;
import dev.pullcast.worker.registry.ManifestRequest;
import dev.pullcast.worker.registry.Refusal;
import dev.pullcast.worker.registry.RegistryCalls;
import dev.pullcast.worker.registry.RegistryException;
import dev.pullcast.worker.registry.RegistryReader;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the registry that the engine asks: a mirror where the engine has one, plain HTTP only where the engine would use
 * it, and not at all where that could be another registry than the engine's.
 */
public final class RegistryLayerSizes implements LayerSizes {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryLayerSizes.class);

    private final Vertx vertx;
    private final EngineClient engine;
    private final RegistryReader reader;
    private final Mode mode;
    private final boolean engineIsHere;

    /**
     * Asks nobody yet.
     *
     * @param engine for its mirrors, insecure registries and platform
     * @param engineIsHere whether loopback addresses mean the same to the engine and to this process
     */
    public RegistryLayerSizes(
            Vertx vertx, EngineClient engine, RegistryReader reader, Mode mode, boolean engineIsHere) {
        this.vertx = vertx;
        this.engine = engine;
        this.reader = reader;
        this.mode = mode;
        this.engineIsHere = engineIsHere;
    }

    @Override
    public Future<Answer> find(ImageReference reference, @Nullable String platform, @Nullable RegistryAuth auth) {
        if (mode == Mode.NEVER) {
            return Future.succeededFuture(new Answer.Unknown("not wanted"));
        }
        return engine.details()
                .compose(details -> ask(reference, platformOf(platform, details), auth, details.registries()))
                .otherwise(t -> new Answer.Unknown(t.getClass().getSimpleName()))
                .onSuccess(answer -> {
                    if (answer instanceof Answer.Unknown(String why)) {
                        LOG.debug("sizes of {} are not known in advance: {}", reference, why);
                    }
                });
    }

    private static Platform platformOf(@Nullable String asked, EngineDetails details) {
        return Platform.parse(
                asked != null
                        ? asked
                        : details.facts().os() + '/' + details.facts().arch());
    }

    private Future<Answer> ask(
            ImageReference reference, Platform platform, @Nullable RegistryAuth auth, RegistryRules rules) {
        ManifestRequest mirror = RegistryCalls.toMirror(reference, rules, engineIsHere);
        if (mirror == null && reference.domain().equals(RegistryCalls.HUB) && mode != Mode.ALWAYS) {
            return Future.succeededFuture(new Answer.Unknown("Docker Hub counts it as a pull"));
        }
        ManifestRequest wanted =
                mirror != null ? mirror : RegistryCalls.toRegistry(reference, auth, rules, engineIsHere);
        return RegistryCalls.run(vertx, () -> read(wanted, platform));
    }

    private Answer read(ManifestRequest wanted, Platform platform) {
        try {
            ImageManifest manifest = reader.read(wanted, platform);
            return new Answer.Known(ExpectedSizes.ofDigests(manifest.layers(), manifest.config()));
        } catch (RegistryException e) {
            return e.refusal() == Refusal.LIMITED
                    ? new Answer.Limited(e.retryAfter())
                    : new Answer.Unknown(String.valueOf(e.getMessage()));
        }
    }
}
