// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import java.time.Duration;

/**
 * How pulls are done on this worker.
 *
 * @param parallelism engine calls at once
 * @param backoffLimit retries when a job does not say
 * @param backoffBase bound of the first delay
 * @param backoffCap bound of every delay
 * @param timeout per attempt when a job does not say
 * @param progressInterval at most one byte update per layer in it
 */
public record PullSettings(
        int parallelism,
        int backoffLimit,
        Duration backoffBase,
        Duration backoffCap,
        Duration timeout,
        Duration progressInterval) {

    /** What holds when nobody says anything else. */
    public static final PullSettings DEFAULT = new PullSettings(
            4, 3, Duration.ofSeconds(2), Duration.ofMinutes(2), Duration.ofHours(1), Duration.ofMillis(500));
}
