// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import java.util.ArrayDeque;
import java.util.Queue;

/** How many may read back from Kafka at once; the others wait their turn. Owned by one event loop. */
final class ReadBackSlots {
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int free;

    ReadBackSlots(int slots) {
        this.free = slots;
    }

    /** Runs the action now or when it is its turn; whoever runs must {@link #release()}. */
    void acquire(Runnable action) {
        if (free > 0) {
            free--;
            action.run();
        } else {
            waiting.add(action);
        }
    }

    void release() {
        Runnable next = waiting.poll();
        if (next == null) {
            free++;
        } else {
            next.run();
        }
    }
}
