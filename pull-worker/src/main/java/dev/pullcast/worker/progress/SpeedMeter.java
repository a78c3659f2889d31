// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.progress;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Bytes per second over the last few seconds: an average in which a byte's weight falls with its age. Silence lowers it;
 * the beginning is not underrated.
 */
final class SpeedMeter {
    private static final double MEMORY_SECONDS = 5;
    private static final double LEAST_SECONDS = 0.3;

    private @Nullable Instant start;
    private Instant updated = Instant.EPOCH;
    private double weighted;
    private boolean any;

    /** Forgets everything; time runs from the first {@link #add}. */
    void reset() {
        start = null;
        weighted = 0;
        any = false;
    }

    /** @param bytes that arrived since the last call; 0 starts the clock */
    void add(long bytes, Instant now) {
        if (start == null) {
            start = now;
            updated = now;
        }
        weighted = weightedAt(now) + bytes;
        updated = now;
        any |= bytes > 0;
    }

    /** Null before it means something. */
    @Nullable
    Double bytesPerSecond(Instant now) {
        if (start == null || !any) {
            return null;
        }
        double elapsed = seconds(start, now);
        return elapsed < LEAST_SECONDS
                ? null
                : Double.valueOf(weightedAt(now) / (MEMORY_SECONDS * (1 - Math.exp(-elapsed / MEMORY_SECONDS))));
    }

    private double weightedAt(Instant now) {
        return weighted * Math.exp(-Math.max(0, seconds(updated, now)) / MEMORY_SECONDS);
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toNanos() / 1e9;
    }
}
