// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import dev.pullcast.worker.engine.PullFailure;
import dev.pullcast.worker.progress.LayerChange;
import dev.pullcast.worker.progress.Totals;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a pull tells whoever follows it. Nothing follows an {@link Ended}. */
public sealed interface PullStep {
    /** The engine has been asked. */
    record Started() implements PullStep {}

    /** A layer changed phase or moved on. */
    record LayerMoved(LayerChange change) implements PullStep {}

    /** The sum over all layers moved on. */
    record Moved(Totals totals) implements PullStep {}

    /** An attempt failed, another follows. */
    record Retrying(PullFailure failure, Duration delay, Instant notBefore) implements PullStep {}

    /** It is over. */
    sealed interface Ended extends PullStep {}

    /** The engine has the image, confirmed at the registry. Durations as in the event. */
    record Succeeded(
            @Nullable String digest,
            @Nullable String previousDigest,
            Totals totals,
            long bytesDownloaded,
            Duration download,
            Duration extract)
            implements Ended {}

    /** The engine had the image. */
    record Skipped(@Nullable String digest) implements Ended {}

    /** It failed for good. */
    record Failed(PullFailure failure) implements Ended {}

    /** Somebody cancelled it. */
    record Cancelled(String message) implements Ended {}
}
