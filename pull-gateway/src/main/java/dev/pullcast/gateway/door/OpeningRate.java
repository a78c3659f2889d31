// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.door;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many streams a client may open in a minute: a bucket that many fit into and that fills up again over a minute.
 * Safe from any thread.
 */
public final class OpeningRate {
    private static final double NANOS = Duration.ofMinutes(1).toNanos();
    /** Clients above which those are forgotten that have not opened any for a minute. */
    private static final int MANY = 10_000;

    private final int perMinute;
    private final ConcurrentHashMap<String, Bucket> buckets = new ConcurrentHashMap<>();

    private record Bucket(double left, long at) {}

    /**
     * With full buckets.
     *
     * @param perMinute 0 for no bound
     */
    public OpeningRate(int perMinute) {
        this.perMinute = perMinute;
    }

    /** Whether a client may open one more now, by {@link System#nanoTime()}; if so, it counts as opened. */
    public boolean tryOpen(String client, long now) {
        if (perMinute == 0) {
            return true;
        }
        if (buckets.size() > MANY) {
            buckets.values().removeIf(bucket -> now - bucket.at() > NANOS);
        }
        boolean[] may = {false};
        buckets.compute(client, (_, before) -> {
            double left = before == null
                    ? perMinute
                    : Math.min(perMinute, before.left() + (now - before.at()) / NANOS * perMinute);
            may[0] = left >= 1;
            return new Bucket(may[0] ? left - 1 : left, now);
        });
        return may[0];
    }
}
