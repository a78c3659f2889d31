// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * How many may read back from Kafka at once; the others wait. Clients take turns, however many streams each has, and none
 * may have more than half of the slots. Owned by one event loop.
 */
final class ReadBackSlots {
    private final int maxPerClient;
    /** By client, in the order of their turns. */
    private final LinkedHashMap<String, Queue<Runnable>> waiting = new LinkedHashMap<>();

    private final Map<String, Integer> busy = new HashMap<>();
    private int free;

    ReadBackSlots(int slots) {
        this.free = slots;
        this.maxPerClient = Math.max(1, slots / 2);
    }

    /** Runs the action now or when it is the client's turn; whoever runs must {@link #release}. */
    void acquire(String client, Runnable action) {
        waiting.computeIfAbsent(client, _ -> new ArrayDeque<>()).add(action);
        runNext();
    }

    /** Gives a slot back. */
    void release(String client) {
        free++;
        busy.computeIfPresent(client, (_, now) -> now == 1 ? null : now - 1);
        runNext();
    }

    /** Whether another client would have this slot. */
    boolean isWaitedFor(String client) {
        return waiting.keySet().stream().anyMatch(other -> !other.equals(client) && mayRun(other));
    }

    private boolean mayRun(String client) {
        return busy.getOrDefault(client, 0) < maxPerClient;
    }

    private void runNext() {
        Runnable next = free > 0 ? poll() : null;
        if (next != null) {
            next.run();
        }
    }

    private @Nullable Runnable poll() {
        for (Map.Entry<String, Queue<Runnable>> entry : List.copyOf(waiting.entrySet())) {
            String client = entry.getKey();
            if (mayRun(client)) {
                Queue<Runnable> own = entry.getValue();
                Runnable next = own.poll();
                // Its next one comes after everybody else's.
                waiting.remove(client);
                if (!own.isEmpty()) {
                    waiting.put(client, own);
                }
                free--;
                busy.merge(client, 1, Integer::sum);
                return next;
            }
        }
        return null;
    }
}
