// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import java.time.Duration;

/** The total of all waits that answers ask for ({@code Retry-After}), up to a maximum. Used by one thread. */
public final class StatedWaits {
    private final Duration max;
    private Duration left;

    /** Waits that may take this long together. */
    public StatedWaits(Duration max) {
        this.max = max;
        this.left = max;
    }

    /** The maximum. */
    public Duration max() {
        return max;
    }

    /** Whether there is time for another wait; if so it counts. */
    public boolean allow(Duration wait) {
        if (wait.compareTo(left) > 0) {
            return false;
        }
        left = left.minus(wait);
        return true;
    }

    /** Whole seconds, at least 1, for a message. */
    public static long secondsOf(Duration wait) {
        return Math.max(1, wait.plusMillis(999).toSeconds());
    }
}
