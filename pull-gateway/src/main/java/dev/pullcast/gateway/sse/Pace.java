// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

/**
 * When a hub may write again. What fan-out costs is the number of writes, not of bytes: so an event that comes alone is
 * sent at once, and while writing to everybody takes long, events gather meanwhile and go out together. A pass over all
 * streams is followed by a pause of three times as long, within a bound; the hub's share of its thread stays at a
 * quarter until the bound is reached, however many events come.
 */
final class Pace {
    private static final int PAUSES = 3;
    private static final long LONGEST_PAUSE_NANOS = 50_000_000L;

    private long earliest = Long.MIN_VALUE;

    /** Nanoseconds to wait from now; 0 for none. */
    long pause(long now) {
        return earliest == Long.MIN_VALUE ? 0 : Math.max(0, earliest - now);
    }

    /** A pass over the streams took from here to there, in nanoseconds of one clock. */
    void passed(long from, long to) {
        earliest = to + Math.min(LONGEST_PAUSE_NANOS, PAUSES * (to - from));
    }
}
