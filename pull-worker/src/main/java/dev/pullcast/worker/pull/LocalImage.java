// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.worker.engine.EngineClient;
import dev.pullcast.worker.engine.EngineException;
import dev.pullcast.worker.engine.ImageFacts;
import dev.pullcast.worker.engine.PullFailure;
import dev.pullcast.worker.stream.EngineMessage;
import io.vertx.core.Future;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The wanted image on the engine. Where a proxy before the engine does not allow to look at images, what the engine told
 * while it pulled has to do, as for the docker command. All fields belong to the run's context.
 */
final class LocalImage {
    private final EngineClient engine;
    private final ImageReference reference;
    private final WantedImage wanted;
    private @Nullable String toldDigest;
    private @Nullable ImageFacts seen;

    LocalImage(EngineClient engine, ImageReference reference, WantedImage wanted) {
        this.engine = engine;
        this.reference = reference;
        this.wanted = wanted;
    }

    /** Takes what the engine says of the image while it pulls. */
    void on(EngineMessage message) {
        if (message instanceof EngineMessage.Digest(String digest)) {
            toldDigest = digest;
        }
    }

    /** Before a pull; empty where it is not there or must not be looked at. */
    Future<Optional<ImageFacts>> look() {
        return engine.inspect(wanted.localName())
                .recover(t -> EngineException.isRefusal(t)
                        ? Future.succeededFuture(Optional.empty())
                        : Future.failedFuture(t));
    }

    /** After a pull: its digest, empty where it has none; fails if it is not the image that was asked for. */
    Future<Optional<String>> check() {
        return engine.inspect(wanted.localName())
                .map(found -> found.orElseThrow(() -> new EngineException(PullFailure.of(
                        FailureReason.ENGINE_ERROR,
                        "the engine said that the pull ended well, but it does not have " + reference))))
                .map(facts -> {
                    PullFailure lie = wanted.mismatch(facts);
                    if (lie != null) {
                        throw new EngineException(lie);
                    }
                    seen = facts;
                    return Optional.ofNullable(facts.digestOf(reference));
                })
                .recover(t -> EngineException.isRefusal(t) ? unseen() : Future.failedFuture(t));
    }

    /** The image that {@link #check()} found; null where it must not be looked at. */
    @Nullable
    ImageFacts seen() {
        return seen;
    }

    private Future<Optional<String>> unseen() {
        String pinned = reference.digest();
        String told = toldDigest;
        return pinned == null || told == null || pinned.equals(told)
                ? Future.succeededFuture(Optional.ofNullable(told))
                : Future.failedFuture(new EngineException(PullFailure.of(
                        FailureReason.DIGEST_MISMATCH,
                        "the engine pulled " + told + ", but " + pinned + " was asked for")));
    }

    /** {@code name:tag@digest} is pulled by digest, which leaves no tag on the engine. */
    Future<Void> nameByTag() {
        return reference.digest() == null || reference.tag() == null
                ? Future.succeededFuture()
                : engine.tag(wanted.localName(), reference.name(), reference.tag())
                        .recover(t -> EngineException.isRefusal(t) ? Future.succeededFuture() : Future.failedFuture(t));
    }
}
