// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The newest events in memory, in the order in which this gateway read them, so that a client that was away for a moment
 * costs Kafka nothing. Bounded in bytes; what is older is read back from Kafka. Owned by the feed's thread.
 */
public final class EventLog {
    /** What a frame takes besides its bytes: object, subject's share, slot. */
    static final int OVERHEAD = 96;

    private final long maxBytes;
    private long[] floor;
    /** A ring; its length is a power of two. */
    private @Nullable SseFrame[] ring = new SseFrame[1024];

    private int size;
    private long bytes;
    /** Sequence number of the first frame; each frame has the next. */
    private long first;

    /**
     * An empty one.
     *
     * @param maxBytes that it may take
     * @param start the first positions that will be read
     */
    public EventLog(long maxBytes, Positions start) {
        this.maxBytes = maxBytes;
        this.floor = start.toArray();
    }

    /**
     * A piece of the log.
     *
     * @param frames that are wanted
     * @param next sequence number to go on at
     * @param atEnd whether nothing comes after them now
     */
    public record Slice(List<SseFrame> frames, long next, boolean atEnd) {}

    void append(SseFrame frame) {
        if (size == ring.length) {
            grow();
        }
        ring[slot(first + size)] = frame;
        size++;
        bytes += frame.size() + OVERHEAD;
        while (bytes > maxBytes && size > 1) {
            SseFrame old = at(first);
            ring[slot(first)] = null;
            bytes -= old.size() + OVERHEAD;
            floor[old.partition()] = old.offset() + 1;
            first++;
            size--;
        }
    }

    private void grow() {
        @Nullable SseFrame[] larger = new SseFrame[2 * ring.length];
        for (long i = first; i < first + size; i++) {
            larger[(int) (i & (larger.length - 1))] = ring[slot(i)];
        }
        ring = larger;
    }

    private int slot(long sequence) {
        return (int) (sequence & (ring.length - 1));
    }

    private SseFrame at(long sequence) {
        return Objects.requireNonNull(ring[slot(sequence)]);
    }

    /** From where on every event is here. */
    public Positions floor() {
        return Positions.of(floor);
    }

    /** Whether everything from there on is here. */
    public boolean covers(Positions from) {
        return !from.isBefore(floor());
    }

    /** Whether a reader that goes on at this sequence number has missed nothing. */
    public boolean has(long sequence) {
        return sequence >= first;
    }

    /** Sequence number of the oldest frame. */
    public long first() {
        return first;
    }

    /**
     * Reads on.
     *
     * @param sequence to start at, from {@link #first()}
     * @param wanted what the reader wants
     * @param most frames to look at, so that no reader keeps the feed waiting
     */
    public Slice read(long sequence, Predicate<SseFrame> wanted, int most) {
        List<SseFrame> found = new ArrayList<>();
        long end = Math.min(first + size, sequence + most);
        for (long i = sequence; i < end; i++) {
            SseFrame frame = at(i);
            if (wanted.test(frame)) {
                found.add(frame);
            }
        }
        return new Slice(found, end, end == first + size);
    }

    /** Forgets everything; the next event read may be any from there on, in as many partitions as that names. */
    void restart(Positions from) {
        Arrays.fill(ring, null);
        first += size;
        size = 0;
        bytes = 0;
        floor = from.toArray();
    }

    /** Frames now. */
    public int size() {
        return size;
    }
}
