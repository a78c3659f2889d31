// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.door;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes of answers that wait in this process for clients to take them: those in sockets' queues and snapshots that
 * streams share. Above the maximum the connection goes for which bytes have waited longest. Safe from any thread.
 */
public final class UnreadBytes {
    private final long maximum;
    private final AtomicLong now = new AtomicLong();

    /** With nothing that waits. */
    public UnreadBytes(long maximum) {
        this.maximum = maximum;
    }

    /** Adds to it, or takes away from it. */
    public void change(long difference) {
        now.addAndGet(difference);
    }

    /** How many there are. */
    public long now() {
        return now.get();
    }

    /** Whether there are so many that memory should be spared. */
    public boolean isPressed() {
        return now.get() > maximum / 8;
    }

    /** Whether there are as many as there may be. */
    public boolean isFull() {
        return now.get() >= maximum;
    }
}
