// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.intake;

import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which offset may be committed: the lowest with open work, or the next to be read. One thread. */
final class Watermark {
    private final TreeMap<Long, Integer> open = new TreeMap<>();
    private long next = -1;
    private long committed = -1;

    /** A record was read that is done when {@code parts} parts are. */
    void read(long offset, int parts) {
        next = offset + 1;
        if (parts > 0) {
            open.put(offset, parts);
        }
    }

    /** A part of a record is done. */
    void done(long offset) {
        open.computeIfPresent(offset, (_, parts) -> parts == 1 ? null : parts - 1);
    }

    /** The offset to commit; null when that would change nothing. */
    @Nullable
    Long toCommit() {
        long mark = open.isEmpty() ? next : open.firstKey();
        return mark > committed ? mark : null;
    }

    /** Kafka has acknowledged it. */
    void committed(long offset) {
        committed = Math.max(committed, offset);
    }

    /** Whether nothing that was read is open. */
    boolean isIdle() {
        return open.isEmpty();
    }
}
