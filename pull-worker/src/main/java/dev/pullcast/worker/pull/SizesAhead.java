// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import dev.pullcast.worker.engine.RegistryAuth;
import dev.pullcast.worker.sizes.LayerSizes;
import dev.pullcast.worker.sizes.LayerSizes.Answer;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Asks for the sizes of one pull's layers, once, and only when the pull takes long enough for somebody to look at it: a
 * small image is there before the answer would be. It belongs to the pull that holds the registry's slot, and a registry
 * that asked for a pause is left alone. All fields belong to the worker's context.
 */
final class SizesAhead {
    /** From the call to the engine on. An 8 MB image takes a fifth of it, 200 MB from nearby have come by then. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    /** For a registry that says that it is too much, and not for how long. */
    private static final Duration PAUSE = Duration.ofSeconds(10);

    private final LayerSizes sizes;
    private final EngineWatch watch;
    private final Timers timers;
    private boolean asked;

    SizesAhead(LayerSizes sizes, EngineWatch watch, Timers timers) {
        this.sizes = sizes;
        this.watch = watch;
        this.timers = timers;
    }

    /** Asks if it is time and of use. What comes of it goes to the progress, or nowhere. */
    void look(PullSpec spec, @Nullable RegistryAuth login, Instant since, RunProgress progress) {
        Instant now = timers.instant();
        if (asked || since.plus(PATIENCE).isAfter(now) || !progress.lacksSizes()) {
            return;
        }
        String registry = spec.reference().domain();
        if (watch.isPaused(registry, now)) {
            return;
        }
        asked = true;
        sizes.find(spec.reference(), spec.platform(), login).onSuccess(answer -> {
            switch (answer) {
                case Answer.Known known -> progress.expect(known.sizes());
                case Answer.Limited limited ->
                    watch.pause(
                            registry,
                            timers.instant().plus(limited.retryAfter() == null ? PAUSE : limited.retryAfter()));
                case Answer.Unknown _ -> {}
            }
        });
    }
}
