// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.gateway.feed.SseFrame;
import dev.pullcast.gateway.ops.GatewayMetrics;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One open stream, owned by its hub's event loop.
 *
 * <p>While it keeps up, it is written the very bytes that everybody with the same filter gets. When its socket is full
 * it queues references to shared frames and conflates; once the socket has drained it gets what is left, as many frames
 * at once as fit. A queue past its bound ends in a {@code gap}; a subscriber that reads nothing at all is cut off, and
 * loses nothing: its last id says where to go on.
 */
final class SseSubscriber implements OpenStream {
    private static final int CHUNK = 32 * 1024;

    private final StreamSink sink;
    private final StreamTools shared;
    private final Instant closesAt;
    private final String client;
    private @Nullable Supplier<String> place;
    private @Nullable StreamRequest request;
    private @Nullable ConflatingQueue queue;
    private @Nullable Instant stalledSince;
    private @Nullable Runnable onRoom;
    private @Nullable SnapshotOnItsWay snapshot;
    private boolean draining;
    private boolean endsWhenEmpty;
    private boolean live;
    private boolean closed;

    /** One that shows nothing yet, of a client of its own. */
    SseSubscriber(StreamSink sink, StreamTools shared, Instant closesAt) {
        this(sink, shared, closesAt, "");
    }

    /** One that shows nothing yet. */
    SseSubscriber(StreamSink sink, StreamTools shared, Instant closesAt, String client) {
        this.client = client;
        this.sink = sink;
        this.shared = shared;
        this.closesAt = closesAt;
        sink.onDrain(this::drained);
    }

    /** Settles what it shows. */
    void show(StreamRequest settled) {
        request = settled;
    }

    /** What it shows, once that is settled. */
    StreamRequest request() {
        return Objects.requireNonNull(request, "not settled yet");
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    /** Whether it gets every batch, or is still on its way there. */
    boolean isLive() {
        return live;
    }

    Instant closesAt() {
        return closesAt;
    }

    /** Whose it is. */
    String client() {
        return client;
    }

    /** From now on it is brought to the present by a replay, which knows how far it is. */
    void replays(Supplier<String> at) {
        place = at;
    }

    /** The id with which its client would go on, as long as it is replayed; null if that is not known. */
    @Nullable
    String place() {
        Supplier<String> known = place;
        return known == null ? null : known.get();
    }

    void markLive() {
        place = null;
        live = true;
    }

    /** A snapshot of which a part was written. */
    private static final class SnapshotOnItsWay {
        private final SharedSnapshot shared;
        private final Consumer<Boolean> then;
        private int next;
        private boolean waited;
        /** What everybody was told meanwhile; it must not stand in the middle of an event. */
        private @Nullable Buffer told;

        SnapshotOnItsWay(SharedSnapshot shared, Consumer<Boolean> then) {
            this.shared = shared;
            this.then = then;
        }
    }

    /**
     * Sends a snapshot at the pace of the socket.
     *
     * @param then is run when all of it was written, with whether that was at once; not for a stream that has ended
     */
    void send(SharedSnapshot shared, Consumer<Boolean> then) {
        if (closed) {
            return;
        }
        snapshot = new SnapshotOnItsWay(shared.retain(), then);
        metrics().snapshots().incrementAndGet();
        writeSnapshot();
    }

    private void writeSnapshot() {
        SnapshotOnItsWay sending = snapshot;
        if (sending == null || draining) {
            return;
        }
        draining = true;
        try {
            while (!closed && sending.next < sending.shared.size() && !sink.isFull()) {
                sink.write(sending.shared.piece(sending.next++));
            }
        } finally {
            draining = false;
        }
        if (closed) {
            return;
        }
        if (sending.next < sending.shared.size()) {
            sending.waited = true;
            stalledSince = shared.clock().instant();
            return;
        }
        stalledSince = null;
        dropSnapshot();
        if (sending.told != null) {
            write(sending.told.getBytes());
        }
        sending.then.accept(!sending.waited);
    }

    private void dropSnapshot() {
        SnapshotOnItsWay sending = snapshot;
        if (sending != null) {
            snapshot = null;
            metrics().snapshots().decrementAndGet();
            sending.shared.release();
        }
    }

    /** Forgets what waits: its place was lost, and a snapshot follows. */
    void markLost() {
        place = null;
        live = false;
        queue = null;
        stalledSince = null;
    }

    void markClosed() {
        closed = true;
        queue = null;
        dropSnapshot();
        Runnable waiting = onRoom;
        onRoom = null;
        if (waiting != null) {
            waiting.run();
        }
    }

    /** Sends bytes of the gateway's own, whatever the state of the socket. */
    void write(byte[] bytes) {
        if (!closed && bytes.length > 0) {
            try (SharedBytes once = SharedBytes.of(bytes)) {
                sink.write(once);
            }
        }
    }

    /** Sends what everybody is told, whatever the state of the socket. */
    void tell(SharedBytes words) {
        SnapshotOnItsWay sending = snapshot;
        if (sending != null) {
            sending.told = words.bare();
        } else if (!closed) {
            sink.write(words);
        }
    }

    /** Sends frames of a replay; the caller waits for room in between. */
    void writeReplayed(SharedBytes bytes, int frames) {
        if (!closed) {
            sink.write(bytes);
            metrics().framesWritten().increment(frames);
        }
    }

    /** Whether its socket has taken all that was written. */
    boolean hasRoom() {
        return !sink.isFull();
    }

    /** Runs an action when there is room in the socket, or when the stream has been closed: the action must look. */
    void whenRoom(Runnable action) {
        if (!closed && sink.isFull()) {
            onRoom = action;
            stalledSince = shared.clock().instant();
        } else {
            action.run();
        }
    }

    /**
     * Live events.
     *
     * @param bytes the same frames, for everybody who keeps up
     * @param ends whether the stream ends with them
     * @return how many were written now
     */
    int deliver(List<SseFrame> frames, SharedBytes bytes, boolean ends) {
        if (closed) {
            return 0;
        }
        if (queue == null && !sink.isFull()) {
            if (bytes.length() > 0) {
                sink.write(bytes);
            }
            if (ends) {
                sink.end();
            }
            return frames.size();
        }
        endsWhenEmpty |= ends;
        enqueue(frames);
        return 0;
    }

    private void enqueue(List<SseFrame> frames) {
        ConflatingQueue waiting = queue;
        if (waiting == null) {
            waiting = new ConflatingQueue(
                    shared.settings().queueFrames(), shared.settings().queueBytes());
            queue = waiting;
            stalledSince = shared.clock().instant();
        }
        for (SseFrame frame : frames) {
            if (!waiting.add(frame)) {
                cutOff();
                return;
            }
        }
        metrics().conflated().increment((double) waiting.takeConflated());
        if (!sink.isFull()) {
            drained();
        }
    }

    /** Cuts a stream that was not read for too long. */
    void checkStall(Instant now) {
        if (!closed
                && stalledSince != null
                && stalledSince.plus(shared.settings().stall()).isBefore(now)) {
            cutOff();
        }
    }

    private void cutOff() {
        closed = true;
        queue = null;
        dropSnapshot();
        metrics().tooSlow().increment();
        sink.abort();
    }

    private void drained() {
        // A write that finds room tells so at once, in the middle of it.
        if (closed || draining) {
            return;
        }
        stalledSince = null;
        if (snapshot != null) {
            writeSnapshot();
            return;
        }
        Runnable waiting = onRoom;
        if (waiting != null) {
            onRoom = null;
            waiting.run();
            return;
        }
        ConflatingQueue frames = queue;
        if (frames == null) {
            return;
        }
        draining = true;
        try {
            // Also when all of it was dropped: what was lost must be told before the next heartbeat's id.
            while (!closed && (!frames.isEmpty() || frames.hasLost()) && !sink.isFull()) {
                writeChunk(frames);
            }
        } finally {
            draining = false;
        }
        if (!frames.isEmpty() || frames.hasLost()) {
            stalledSince = shared.clock().instant();
            return;
        }
        queue = null;
        if (endsWhenEmpty && !closed) {
            sink.end();
        }
    }

    private void writeChunk(ConflatingQueue frames) {
        int before = frames.size();
        try (SharedBytes chunk = SharedBytes.of(CHUNK, out -> fill(out, frames))) {
            sink.write(chunk);
        }
        metrics().framesWritten().increment(before - frames.size());
    }

    private void fill(ByteBuf out, ConflatingQueue frames) {
        long lost = frames.takeLost();
        if (lost > 0) {
            metrics().lost().increment((double) lost);
            out.writeBytes(SseFrame.control("gap", null, ContractJson.write(Map.of("lost", lost))));
        }
        while (out.writerIndex() < CHUNK) {
            SseFrame frame = frames.poll();
            if (frame == null) {
                return;
            }
            frame.append(out, request().isOneJob());
        }
    }

    /** A sign of life; nothing while older things wait. */
    void beat(SharedBytes heartbeat) {
        if (!closed && queue == null && snapshot == null && !sink.isFull()) {
            sink.write(heartbeat);
        }
    }

    /** Ends the stream; the client comes back after so long. */
    void dismiss(long retryMillis) {
        if (!closed && snapshot != null) {
            // Half an event counts for nothing: the client comes back as it came.
            sink.end();
        } else if (!closed) {
            write(("retry: " + retryMillis + "\n\n").getBytes(StandardCharsets.US_ASCII));
            sink.end();
        }
    }

    @Override
    public void refuse(int status, String title) {
        if (closed) {
            return;
        }
        if (snapshot != null) {
            sink.end();
            return;
        }
        write(SseFrame.control("error", null, ContractJson.write(Map.of("status", status, "title", title))));
        sink.end();
    }

    /** Ends the stream. */
    void end() {
        if (!closed) {
            sink.end();
        }
    }

    private GatewayMetrics metrics() {
        return shared.metrics();
    }
}
