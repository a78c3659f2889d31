// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import dev.pullcast.worker.engine.RegistryAuth;
import dev.pullcast.worker.sizes.LayerSizes;
import dev.pullcast.worker.sizes.LayerSizes.Answer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Asks for the sizes of one pull's layers, once, and only when the pull takes long enough for somebody to look at it, or
 * has ended without a word about them, as the containerd image store does with what comes fast: then the number of bytes
 * would be wrong for good. It belongs to the pull that holds the registry's slot, and a registry that asked for a pause
 * is left alone. All fields belong to the worker's context.
 */
final class SizesAhead {
    /** From the call to the engine on. An 8 MB image takes a fifth of it, 200 MB from nearby have come by then. */
    static final Duration PATIENCE = Duration.ofSeconds(1);
    /** No result is held back for longer. */
    private static final Duration LATE = Duration.ofMillis(500);
    /** For a registry that says that it is too much, and not for how long. */
    private static final Duration PAUSE = Duration.ofSeconds(10);

    private final LayerSizes sizes;
    private final EngineWatch watch;
    private final Timers timers;
    private @Nullable Future<Void> asked;

    SizesAhead(LayerSizes sizes, EngineWatch watch, Timers timers) {
        this.sizes = sizes;
        this.watch = watch;
        this.timers = timers;
    }

    /** Asks if it is time and of use. What comes of it goes to the progress, or nowhere. */
    void look(PullSpec spec, @Nullable RegistryAuth login, Instant since, RunProgress progress) {
        if (!since.plus(PATIENCE).isAfter(timers.instant())) {
            ask(spec, login, progress);
        }
    }

    /** The engine has ended well: completes when its sizes are known, as far as they will be. */
    Future<Void> settle(PullSpec spec, @Nullable RegistryAuth login, RunProgress progress) {
        ask(spec, login, progress);
        Future<Void> answer = asked;
        if (answer == null || answer.isComplete()) {
            return Future.succeededFuture();
        }
        Promise<Void> bounded = Promise.promise();
        long timer = timers.after(LATE, bounded::tryComplete);
        answer.onComplete(_ -> {
            timers.cancel(timer);
            bounded.tryComplete();
        });
        return bounded.future();
    }

    private void ask(PullSpec spec, @Nullable RegistryAuth login, RunProgress progress) {
        String registry = spec.reference().domain();
        if (asked != null || !progress.lacksSizes() || watch.isPaused(registry, timers.instant())) {
            return;
        }
        asked = sizes.find(spec.reference(), spec.platform(), login)
                .onSuccess(answer -> {
                    switch (answer) {
                        case Answer.Known known -> progress.expect(known.sizes());
                        case Answer.Limited limited ->
                            watch.pause(
                                    registry,
                                    timers.instant().plus(limited.retryAfter() == null ? PAUSE : limited.retryAfter()),
                                    timers.instant());
                        case Answer.Unknown _ -> {}
                    }
                })
                .mapEmpty();
    }
}
