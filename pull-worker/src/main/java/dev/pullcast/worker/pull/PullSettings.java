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
 * @param guards what is watched over meanwhile
 */
public record PullSettings(
        int parallelism,
        int backoffLimit,
        Duration backoffBase,
        Duration backoffCap,
        Duration timeout,
        Duration progressInterval,
        Guards guards) {

    /**
     * What is watched over.
     *
     * @param stall without a byte while something downloads, and an attempt is given up; zero for never
     * @param engineWait for an engine that is gone, before a pull fails; no retry is used up meanwhile
     * @param perRegistry engine calls at once to one registry; zero for no bound
     * @param minFreeBytes in the engine's data root, where it is visible; below it no pull starts
     */
    public record Guards(Duration stall, Duration engineWait, int perRegistry, long minFreeBytes) {
        /** For a worker, which has time. */
        public static final Guards DEFAULT = new Guards(Duration.ofSeconds(60), Duration.ofMinutes(10), 0, 64L << 20);
        /** For somebody who waits at a terminal: an engine that is gone is told at once. */
        public static final Guards IMPATIENT = new Guards(Duration.ofSeconds(60), Duration.ZERO, 0, 64L << 20);
    }

    /** With guards for somebody who waits at a terminal. */
    public PullSettings(
            int parallelism,
            int backoffLimit,
            Duration backoffBase,
            Duration backoffCap,
            Duration timeout,
            Duration progressInterval) {
        this(parallelism, backoffLimit, backoffBase, backoffCap, timeout, progressInterval, Guards.IMPATIENT);
    }

    /**
     * The same for somebody who waits at a terminal: an engine that is gone is told at once.
     *
     * @param atOnce engine calls
     * @param interval of progress
     */
    public PullSettings forTerminal(int atOnce, Duration interval) {
        Guards impatient = new Guards(guards.stall(), Duration.ZERO, guards.perRegistry(), guards.minFreeBytes());
        return new PullSettings(atOnce, backoffLimit, backoffBase, backoffCap, timeout, interval, impatient);
    }

    /** What holds for a worker when nobody says anything else. */
    public static final PullSettings DEFAULT = new PullSettings(
            4,
            3,
            Duration.ofSeconds(2),
            Duration.ofMinutes(2),
            Duration.ofHours(1),
            Duration.ofMillis(500),
            Guards.DEFAULT);
}
