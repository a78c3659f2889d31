// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.gateway.feed.SseFrame;
import dev.pullcast.gateway.ops.GatewayMetrics;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One open stream, owned by its hub's event loop.
 *
 * <p>While it keeps up, it is written the very buffer that everybody with the same filter gets. When its socket is full
 * it queues references to shared frames and conflates; once the socket has drained it gets what is left, as many frames
 * at once as fit. A queue past its bound ends in a {@code gap}; a subscriber that reads nothing at all is cut off, and
 * loses nothing: its last id says where to go on.
 */
final class SseSubscriber {
    private static final int CHUNK = 32 * 1024;

    private final StreamRequest request;
    private final StreamSink sink;
    private final SseSettings settings;
    private final GatewayMetrics metrics;
    private final InstantSource clock;
    private final Instant closesAt;
    private @Nullable ConflatingQueue queue;
    private @Nullable Instant stalledSince;
    private @Nullable Runnable onRoom;
    private boolean endsWhenEmpty;
    private boolean closed;

    SseSubscriber(StreamRequest request, StreamSink sink, StreamTools shared, Instant closesAt) {
        this.request = request;
        this.sink = sink;
        this.settings = shared.settings();
        this.metrics = shared.metrics();
        this.clock = shared.clock();
        this.closesAt = closesAt;
        sink.onDrain(this::drained);
    }

    StreamRequest request() {
        return request;
    }

    boolean isClosed() {
        return closed;
    }

    Instant closesAt() {
        return closesAt;
    }

    void markClosed() {
        closed = true;
        queue = null;
        Runnable waiting = onRoom;
        onRoom = null;
        if (waiting != null) {
            waiting.run();
        }
    }

    /** Sends bytes of the gateway's own, whatever the state of the socket. */
    void write(byte[] bytes) {
        if (!closed) {
            sink.write(Buffer.buffer(bytes));
        }
    }

    /** Sends frames of a replay; the caller waits for room in between. */
    void writeReplayed(byte[] bytes, int frames) {
        write(bytes);
        metrics.framesWritten().increment(frames);
    }

    /** Runs an action when there is room in the socket, or when the stream has been closed: the action must look. */
    void whenRoom(Runnable action) {
        if (!closed && sink.isFull()) {
            onRoom = action;
        } else {
            action.run();
        }
    }

    /**
     * Live events.
     *
     * @param shared the same frames as bytes, for everybody who keeps up
     * @param ends whether the stream ends with them
     */
    void deliver(List<SseFrame> frames, Buffer shared, boolean ends) {
        if (closed) {
            return;
        }
        if (queue == null && !sink.isFull()) {
            sink.write(shared);
            metrics.framesWritten().increment(frames.size());
            if (ends) {
                sink.end();
            }
            return;
        }
        endsWhenEmpty |= ends;
        enqueue(frames);
    }

    private void enqueue(List<SseFrame> frames) {
        ConflatingQueue waiting = queue;
        if (waiting == null) {
            waiting = new ConflatingQueue(settings.queueFrames(), settings.queueBytes());
            queue = waiting;
            stalledSince = clock.instant();
        }
        for (SseFrame frame : frames) {
            if (!waiting.add(frame)) {
                cutOff();
                return;
            }
        }
        metrics.conflated().increment((double) waiting.takeConflated());
        if (!sink.isFull()) {
            drained();
        }
    }

    /** Cuts a stream that was not read for too long. */
    void checkStall() {
        Instant now = clock.instant();
        if (!closed
                && stalledSince != null
                && stalledSince.plus(settings.stall()).isBefore(now)) {
            cutOff();
        }
    }

    private void cutOff() {
        closed = true;
        queue = null;
        metrics.tooSlow().increment();
        sink.abort();
    }

    private void drained() {
        if (closed) {
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
        stalledSince = null;
        while (!frames.isEmpty() && !sink.isFull()) {
            sink.write(Buffer.buffer(nextChunk(frames)));
        }
        if (frames.isEmpty()) {
            queue = null;
            if (endsWhenEmpty) {
                sink.end();
            }
        } else {
            stalledSince = clock.instant();
        }
    }

    private byte[] nextChunk(ConflatingQueue frames) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(CHUNK);
        long lost = frames.takeLost();
        if (lost > 0) {
            metrics.lost().increment((double) lost);
            out.writeBytes(SseFrame.control("gap", null, ContractJson.write(Map.of("lost", lost))));
        }
        int written = 0;
        while (out.size() < CHUNK) {
            SseFrame frame = frames.poll();
            if (frame == null) {
                break;
            }
            append(frame, out);
            written++;
        }
        metrics.framesWritten().increment(written);
        return out.toByteArray();
    }

    private void append(SseFrame frame, ByteArrayOutputStream out) {
        if (request.isOneJob()) {
            frame.appendForJob(out);
        } else {
            frame.appendForAll(out);
        }
    }

    /**
     * A sign of life; nothing while older things wait.
     *
     * @param cursor where the stream is; null while it still replays
     */
    void heartbeat(@Nullable String cursor) {
        if (!closed && queue == null && !sink.isFull()) {
            sink.write(Buffer.buffer(cursor == null ? ":\n\n" : ":\nid: " + cursor + "\n\n"));
        }
    }

    /** Ends the stream; the client comes back after so long. */
    void dismiss(long retryMillis) {
        if (!closed) {
            sink.write(Buffer.buffer("retry: " + retryMillis + "\n\n"));
            sink.end();
        }
    }

    /** Ends the stream. */
    void end() {
        if (!closed) {
            sink.end();
        }
    }
}
