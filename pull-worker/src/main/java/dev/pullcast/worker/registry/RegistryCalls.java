// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.worker.engine.RegistryAuth;
import dev.pullcast.worker.engine.RegistryRules;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What questions to registries share that are asked from event loops. */
public final class RegistryCalls {
    /** Docker Hub, as references name it. */
    public static final String HUB = "docker.io";

    private static final String HUB_API = "registry-1.docker.io";

    private RegistryCalls() {}

    /** The request for the image's own registry. */
    public static ManifestRequest toRegistry(
            ImageReference reference, @Nullable RegistryAuth auth, RegistryRules rules, boolean engineIsHere) {
        String server = reference.domain().equals(HUB) ? HUB_API : reference.domain();
        return new ManifestRequest(
                server, reference.path(), versionOf(reference), auth, rules, false, false, engineIsHere);
    }

    /**
     * The request for the mirror that the engine asks first; null where it has none. Mirrors get no login from us: engines
     * have their own rules for which they send one to.
     */
    public static @Nullable ManifestRequest toMirror(
            ImageReference reference, RegistryRules rules, boolean engineIsHere) {
        String mirror = rules.firstMirrorOf(reference.domain());
        return mirror == null
                ? null
                : new ManifestRequest(
                        RegistryRules.hostOf(mirror),
                        reference.path(),
                        versionOf(reference),
                        null,
                        rules,
                        true,
                        mirror.startsWith("http://"),
                        engineIsHere);
    }

    private static String versionOf(ImageReference reference) {
        if (reference.digest() != null) {
            return reference.digest();
        }
        return reference.tag() == null ? "latest" : reference.tag();
    }

    /** Runs what blocks in a virtual thread; completes on the caller's context. */
    public static <T> Future<T> run(Vertx vertx, Supplier<T> work) {
        Context context = vertx.getOrCreateContext();
        Promise<T> promise = Promise.promise();
        Thread.ofVirtual().name("registry").start(() -> {
            Future<T> result;
            try {
                result = Future.succeededFuture(work.get());
            } catch (RuntimeException | LinkageError e) {
                result = Future.failedFuture(e);
            }
            Future<T> done = result;
            try {
                context.runOnContext(_ -> done.onComplete(promise));
            } catch (RejectedExecutionException e) {
                promise.tryFail(e); // the worker has ended
            }
        });
        return promise.future();
    }
}
