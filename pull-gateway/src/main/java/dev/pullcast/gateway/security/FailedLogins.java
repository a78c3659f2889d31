// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Limits what wrong credentials cost: answers by address, and lines in the audit log in all. A good credential is never
 * refused because of others from its address: many may share one. Shared by the event loops; safe from any thread.
 */
public final class FailedLogins {
    /** Addresses that are remembered; the one that failed longest ago is forgotten first. */
    public static final int MAX_ADDRESSES = 10_000;
    /** Lines a minute in the audit log about requests without a good credential. */
    public static final int MAX_LINES_PER_MINUTE = 120;

    private static final int NETWORK_GROUPS_OF_IPV6 = 4;

    private final InstantSource clock;
    private final int perMinute;
    private final Budget lines;
    private final Map<String, Budget> byAddress = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Budget> eldest) {
            return size() > MAX_ADDRESSES;
        }
    };
    private long omitted;

    /** So many of a minute, all of them at once if need be. */
    private static final class Budget {
        private final int perMinute;
        private double left;
        private Instant at;

        Budget(int perMinute, Instant now) {
            this.perMinute = perMinute;
            this.left = perMinute;
            this.at = now;
        }

        boolean take(Instant now) {
            double minutes = Math.max(0, Duration.between(at, now).toMillis()) / 60_000.0;
            left = Math.min(perMinute, left + minutes * perMinute);
            at = now;
            if (left < 1) {
                return false;
            }
            left--;
            return true;
        }
    }

    FailedLogins(InstantSource clock, int perMinute) {
        this.clock = clock;
        this.perMinute = perMinute;
        this.lines = new Budget(MAX_LINES_PER_MINUTE, clock.instant());
    }

    /**
     * Counts a wrong credential.
     *
     * @return whether its address has not sent too many yet
     */
    public synchronized boolean count(String address) {
        Instant now = clock.instant();
        return byAddress
                .computeIfAbsent(network(address), _ -> new Budget(perMinute, now))
                .take(now);
    }

    /**
     * Whether a line about a request without a good credential may be written to the audit log.
     *
     * @return how many lines were left out since the last one; empty if this is to be left out, too
     */
    public synchronized OptionalLong auditable() {
        if (!lines.take(clock.instant())) {
            omitted++;
            return OptionalLong.empty();
        }
        long before = omitted;
        omitted = 0;
        return OptionalLong.of(before);
    }

    /** Whoever has one address of IPv6 has the network around it. */
    private static String network(String address) {
        String[] groups = address.split(":", -1);
        return groups.length <= NETWORK_GROUPS_OF_IPV6
                ? address
                : String.join(":", Arrays.copyOf(groups, NETWORK_GROUPS_OF_IPV6));
    }
}
