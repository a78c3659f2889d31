// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.fanout;

/**
 * What the readers saw.
 *
 * @param frames events
 * @param bytes in all
 * @param p50 microseconds from the producer's call to the reader
 * @param p99 the same
 * @param max the same
 */
record Reading(long frames, long bytes, long p50, long p99, long max) {
    static Reading parse(String line) {
        String[] parts = line.split(" ", -1);
        return new Reading(
                Long.parseLong(parts[0]),
                Long.parseLong(parts[1]),
                Long.parseLong(parts[2]),
                Long.parseLong(parts[3]),
                Long.parseLong(parts[4]));
    }
}
