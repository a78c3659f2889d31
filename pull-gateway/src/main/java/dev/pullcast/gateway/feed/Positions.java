// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import java.util.Arrays;

/** The next offset to read in every partition of {@code pull.events}. Immutable. */
public final class Positions {
    /** A position that no record reaches: nothing is wanted from that partition. */
    public static final long NOTHING = Long.MAX_VALUE;

    private final long[] next;

    private Positions(long[] next) {
        this.next = next;
    }

    /** One offset for each partition, in order. */
    public static Positions of(long... next) {
        return new Positions(next.clone());
    }

    /** Only one partition of several; nothing is wanted from the others. */
    public static Positions only(int partition, long next, int partitions) {
        long[] all = new long[partitions];
        Arrays.fill(all, NOTHING);
        all[partition] = next;
        return new Positions(all);
    }

    /** How many partitions. */
    public int size() {
        return next.length;
    }

    /** The next offset to read; 0 for a partition that came later. */
    public long get(int partition) {
        return partition < next.length ? next[partition] : 0;
    }

    /** Whether every position that is wanted here has been reached there. */
    public boolean reachedBy(Positions other) {
        for (int p = 0; p < next.length; p++) {
            if (next[p] != NOTHING && other.get(p) < next[p]) {
                return false;
            }
        }
        return true;
    }

    /** Whether any wanted position is before the one there. */
    public boolean isBefore(Positions other) {
        for (int p = 0; p < other.next.length; p++) {
            if (get(p) < other.next[p]) {
                return true;
            }
        }
        return false;
    }

    /** The later of the two for every partition; partitions from which nothing is wanted stay so. */
    public Positions latest(Positions other) {
        long[] result = new long[Math.max(next.length, other.next.length)];
        for (int p = 0; p < result.length; p++) {
            result[p] = Math.max(get(p), other.get(p));
        }
        return new Positions(result);
    }

    /** With this many partitions; those that came later begin at 0. */
    public Positions resized(int partitions) {
        return new Positions(Arrays.copyOf(next, partitions));
    }

    long[] toArray() {
        return next.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Positions positions && Arrays.equals(next, positions.next);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(next);
    }

    @Override
    public String toString() {
        return Arrays.toString(next);
    }
}
