// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import java.util.concurrent.ConcurrentHashMap;

/** Open streams by client address. Shared by the event loops of a process; safe from any thread. */
final class AddressCount {
    private final ConcurrentHashMap<String, Integer> open = new ConcurrentHashMap<>();

    int of(String address) {
        return open.getOrDefault(address, 0);
    }

    void add(String address) {
        open.merge(address, 1, Integer::sum);
    }

    void remove(String address) {
        open.computeIfPresent(address, (_, now) -> now == 1 ? null : now - 1);
    }
}
