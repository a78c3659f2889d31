// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import dev.pullcast.gateway.feed.SseFrame;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Live subscribers with equal wishes. Per batch the filter runs once and the bytes are put together once, however many
 * they are. Owned by its hub's event loop.
 */
final class StreamGroup {
    private final StreamFilter filter;
    private final boolean oneJob;
    private final Set<SseSubscriber> members = new LinkedHashSet<>();
    private List<SseFrame> batch = new ArrayList<>();
    private boolean ends;

    StreamGroup(StreamFilter filter, boolean oneJob) {
        this.filter = filter;
        this.oneJob = oneJob;
    }

    /** What makes two subscribers equal. */
    record Key(StreamFilter filter, boolean oneJob) {
        static Key of(StreamRequest request) {
            return new Key(request.filter(), request.isOneJob());
        }
    }

    void add(SseSubscriber subscriber) {
        members.add(subscriber);
    }

    void remove(SseSubscriber subscriber) {
        members.remove(subscriber);
    }

    boolean has(SseSubscriber subscriber) {
        return members.contains(subscriber);
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    void offer(SseFrame frame) {
        if (ends) {
            return;
        }
        if (filter.matches(frame)) {
            batch.add(frame);
        }
        // Also when the client filters that event out: nothing else will come.
        ends = oneJob && frame.endsJob();
    }

    void offerWorker(SseFrame frame) {
        if (!oneJob && filter.matchesWorkerFrame(frame)) {
            batch.add(frame);
        }
    }

    /** Hands the batch to every member: one write each. */
    void flush() {
        if (batch.isEmpty() && !ends) {
            return;
        }
        List<SseFrame> frames = batch;
        boolean last = ends;
        batch = new ArrayList<>();
        ends = false;
        Buffer bytes = encode(frames);
        for (SseSubscriber member : List.copyOf(members)) {
            member.deliver(frames, bytes, last);
        }
    }

    private Buffer encode(List<SseFrame> frames) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(frames.size() * 640);
        for (SseFrame frame : frames) {
            if (oneJob) {
                frame.appendForJob(out);
            } else {
                frame.appendForAll(out);
            }
        }
        return Buffer.buffer(out.toByteArray());
    }
}
