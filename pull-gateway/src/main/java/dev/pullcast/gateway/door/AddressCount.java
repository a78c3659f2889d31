// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.door;

import java.util.concurrent.ConcurrentHashMap;

/** Amounts by client address, of streams, connections or bytes. Shared by event loops; safe from any thread. */
public final class AddressCount {
    private final ConcurrentHashMap<String, Long> amounts = new ConcurrentHashMap<>();

    /** The amount of one address. */
    public long of(String address) {
        return amounts.getOrDefault(address, 0L);
    }

    /** Adds without a bound. */
    public void add(String address, long amount) {
        amounts.merge(address, amount, Long::sum);
    }

    /** Adds unless the sum were above the maximum; returns whether it did. */
    public boolean tryAdd(String address, long amount, long maximum) {
        boolean[] added = {false};
        amounts.compute(address, (_, now) -> {
            long before = now == null ? 0 : now;
            added[0] = before + amount <= maximum;
            return added[0] ? Long.valueOf(before + amount) : now;
        });
        return added[0];
    }

    /** Takes away what was added. */
    public void remove(String address, long amount) {
        amounts.computeIfPresent(address, (_, now) -> now <= amount ? null : now - amount);
    }
}
