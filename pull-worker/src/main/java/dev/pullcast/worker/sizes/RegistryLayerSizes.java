// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.sizes;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.image.Platform;
import dev.pullcast.worker.engine.EngineClient;
import dev.pullcast.worker.engine.EngineDetails;
import dev.pullcast.worker.engine.RegistryAuth;
import dev.pullcast.worker.engine.RegistryRules;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the registry that the engine asks: a mirror where the engine has one, plain HTTP only where the engine would use
 * it, and not at all where that could be another registry than the engine's.
 */
public final class RegistryLayerSizes implements LayerSizes {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryLayerSizes.class);
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final String HUB = "docker.io";
    private static final String HUB_API = "registry-1.docker.io";

    private final Vertx vertx;
    private final EngineClient engine;
    private final Mode mode;
    private final boolean engineIsHere;
    private final Map<String, ReentrantLock> oneAtATime = new ConcurrentHashMap<>();

    /**
     * Asks nobody yet.
     *
     * @param engine for its mirrors, insecure registries and platform
     * @param engineIsHere whether loopback addresses mean the same to the engine and to this process
     */
    public RegistryLayerSizes(Vertx vertx, EngineClient engine, Mode mode, boolean engineIsHere) {
        this.vertx = vertx;
        this.engine = engine;
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
        Context context = vertx.getOrCreateContext();
        Promise<Answer> promise = Promise.promise();
        Thread thread = Thread.ofVirtual().name("layer-sizes").unstarted(() -> {
            Answer answer = inTurn(reference, platform, auth, rules);
            try {
                context.runOnContext(_ -> promise.tryComplete(answer));
            } catch (RejectedExecutionException e) {
                LOG.debug("the sizes of {} came after the worker had ended", reference);
            }
        });
        long timer = vertx.setTimer(BOUND.toMillis(), _ -> {
            promise.tryComplete(new Answer.Unknown("no answer within " + BOUND.toSeconds() + " s"));
            thread.interrupt();
        });
        promise.future().onComplete(_ -> vertx.cancelTimer(timer));
        thread.start();
        return promise.future();
    }

    private Answer inTurn(
            ImageReference reference, Platform platform, @Nullable RegistryAuth auth, RegistryRules rules) {
        ReentrantLock turn = oneAtATime.computeIfAbsent(reference.domain(), _ -> new ReentrantLock());
        try {
            if (!turn.tryLock(BOUND.toMillis(), TimeUnit.MILLISECONDS)) {
                return new Answer.Unknown("others are asking this registry");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer.Unknown("interrupted");
        }
        try {
            ManifestReader.Wanted wanted = wanted(reference, platform, auth, rules);
            return wanted == null
                    ? new Answer.Unknown("this registry is left to the engine")
                    : ManifestReader.read(wanted);
        } catch (RuntimeException | LinkageError e) {
            // Of a library that meets an answer which it does not expect, or is not there. Its words may hold secrets.
            return new Answer.Unknown(e.getClass().getSimpleName());
        } finally {
            turn.unlock();
        }
    }

    /** Null where asking is not free, or might ask another registry than the engine does. */
    private ManifestReader.@Nullable Wanted wanted(
            ImageReference reference, Platform platform, @Nullable RegistryAuth auth, RegistryRules rules) {
        String version =
                reference.digest() != null ? reference.digest() : reference.tag() == null ? "latest" : reference.tag();
        String mirror = rules.firstMirrorOf(reference.domain());
        if (mirror != null) {
            // Mirrors of this engine get no login from us: engines have their own rules for which they send one to.
            boolean plain = mirror.startsWith("http://");
            String server = RegistryRules.hostOf(mirror);
            return isElsewhere(server)
                    ? null
                    : new ManifestReader.Wanted(
                            server, reference.path(), version, platform, null, plain || rules.isInsecure(server));
        }
        boolean hub = reference.domain().equals(HUB);
        if ((hub && mode != Mode.ALWAYS) || isElsewhere(reference.domain())) {
            return null;
        }
        return new ManifestReader.Wanted(
                hub ? HUB_API : reference.domain(),
                reference.path(),
                version,
                platform,
                auth,
                rules.isInsecure(reference.domain()));
    }

    private boolean isElsewhere(String server) {
        return !engineIsHere && RegistryRules.isLoopback(server);
    }
}
