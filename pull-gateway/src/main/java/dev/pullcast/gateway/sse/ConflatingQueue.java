// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import dev.pullcast.gateway.feed.SseFrame;
import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a subscriber who does not keep up has still to get, in order and within bounds. Newer progress replaces older
 * progress of the same layer, at the newer one's place, so that ids only advance. Past a bound progress is dropped, then
 * steps on the way, and both are counted; ends of pulls and jobs are never dropped.
 */
final class ConflatingQueue {
    private final int maxFrames;
    private final long maxBytes;
    private final ArrayDeque<Slot> slots = new ArrayDeque<>();
    private final IdentityHashMap<Object, Slot> newest = new IdentityHashMap<>();
    private int size;
    private long bytes;
    private long lost;
    private long conflated;

    /** A place in the queue; empty when a newer frame made it pointless. */
    private static final class Slot {
        @Nullable
        SseFrame frame;

        Slot(SseFrame frame) {
            this.frame = frame;
        }
    }

    ConflatingQueue(int maxFrames, long maxBytes) {
        this.maxFrames = maxFrames;
        this.maxBytes = maxBytes;
    }

    /** Appends a frame. Returns false when even dropping everything that may be dropped leaves too much. */
    boolean add(SseFrame frame) {
        Slot slot = new Slot(frame);
        Object key = frame.supersedes();
        if (key != null) {
            Slot older = newest.put(key, slot);
            if (older != null && older.frame != null) {
                empty(older, older.frame);
                conflated++;
            }
        }
        slots.add(slot);
        size++;
        bytes += frame.size();
        if (isOver()) {
            shed();
        } else if (slots.size() > 2 * maxFrames) {
            slots.removeIf(s -> s.frame == null);
        }
        return !isOver();
    }

    private boolean isOver() {
        return size > maxFrames || bytes > maxBytes;
    }

    private void shed() {
        drop(SseFrame.Importance.PROGRESS);
        // A quarter must become free, or the next frames would each search the whole queue again.
        if (size > maxFrames / 4 * 3 || bytes > maxBytes / 4 * 3) {
            drop(SseFrame.Importance.STEP);
        }
        slots.removeIf(s -> s.frame == null);
    }

    private void drop(SseFrame.Importance importance) {
        for (Slot slot : slots) {
            SseFrame frame = slot.frame;
            if (frame != null && frame.importance() == importance) {
                empty(slot, frame);
                lost++;
            }
        }
        newest.clear();
    }

    private void empty(Slot slot, SseFrame frame) {
        slot.frame = null;
        size--;
        bytes -= frame.size();
    }

    /** The next frame, or null if there is none. */
    @Nullable
    SseFrame poll() {
        Slot slot = slots.poll();
        while (slot != null && slot.frame == null) {
            slot = slots.poll();
        }
        if (slot == null || slot.frame == null) {
            return null;
        }
        SseFrame frame = slot.frame;
        if (frame.supersedes() != null) {
            newest.remove(frame.supersedes(), slot);
        }
        empty(slot, frame);
        return frame;
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** Whether any were dropped since the last call of {@link #takeLost()}. */
    boolean hasLost() {
        return lost > 0;
    }

    /** How many were dropped since the last call. */
    long takeLost() {
        long result = lost;
        lost = 0;
        return result;
    }

    /** How many were replaced since the last call. */
    long takeConflated() {
        long result = conflated;
        conflated = 0;
        return result;
    }
}
