// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import dev.pullcast.gateway.feed.SseFrame;
import dev.pullcast.gateway.feed.WorkerFrames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Live subscribers with equal wishes. The filter runs once for each event and the bytes are put together once for each
 * pass, however many they are. Owned by its hub's event loop.
 */
final class StreamGroup {
    private final StreamFilter filter;
    private final boolean oneJob;
    private final Set<SseSubscriber> members = new LinkedHashSet<>();
    /** The members to go over, because one may leave meanwhile; null when they have changed. */
    private SseSubscriber @Nullable [] order;

    /** Who came when some of the batch was there already, and how much: what came before is in its snapshot. */
    private final Map<SseSubscriber, Integer> late = new HashMap<>();

    private List<SseFrame> batch = new ArrayList<>();
    private boolean ends;

    StreamGroup(StreamFilter filter, boolean oneJob) {
        this.filter = filter;
        this.oneJob = oneJob;
    }

    /** What makes two subscribers equal. */
    record Key(StreamFilter filter, StreamRequest.Scope scope) {
        static Key of(StreamRequest request) {
            return new Key(request.filter(), request.scope());
        }
    }

    void add(SseSubscriber subscriber) {
        members.add(subscriber);
        order = null;
        if (!batch.isEmpty()) {
            late.put(subscriber, batch.size());
        }
    }

    void remove(SseSubscriber subscriber) {
        if (members.remove(subscriber)) {
            order = null;
            late.remove(subscriber);
        }
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    /** Takes an event in if it is wanted; returns whether there is something to flush. */
    boolean offer(SseFrame frame) {
        if (!ends) {
            if (filter.matches(frame)) {
                batch.add(frame);
            }
            // Also when the client filters that event out: nothing else will come.
            ends = oneJob && frame.endsJob();
        }
        return hasWork();
    }

    boolean offerWorker(WorkerFrames worker) {
        if (!oneJob && filter.matchesWorkerFrame(worker.whole())) {
            batch.add(filter.visible().everything() ? worker.whole() : worker.limited());
        }
        return hasWork();
    }

    private boolean hasWork() {
        return ends || !batch.isEmpty();
    }

    /** Hands the batch to every member: one write each. Returns how many events were written. */
    long flush() {
        if (!hasWork()) {
            return 0;
        }
        List<SseFrame> frames = batch;
        boolean last = ends;
        batch = new ArrayList<>();
        ends = false;
        Map<SseSubscriber, Integer> beganLate = Map.of();
        if (!late.isEmpty()) {
            beganLate = Map.copyOf(late);
            late.clear();
        }
        long written = 0;
        try (SharedBytes bytes = encode(frames)) {
            for (SseSubscriber member : everybody()) {
                Integer skip = beganLate.get(member);
                written += skip == null
                        ? member.deliver(frames, bytes, last)
                        : deliverRest(member, frames.subList(skip, frames.size()), last);
            }
        }
        return written;
    }

    private int deliverRest(SseSubscriber member, List<SseFrame> rest, boolean last) {
        try (SharedBytes bytes = encode(rest)) {
            return member.deliver(rest, bytes, last);
        }
    }

    /** The same bytes for everybody, outside the order of events: only when there is nothing to flush. */
    void beat(SharedBytes heartbeat) {
        for (SseSubscriber member : everybody()) {
            member.beat(heartbeat);
        }
    }

    private SseSubscriber[] everybody() {
        SseSubscriber[] known = order;
        if (known == null) {
            known = members.toArray(SseSubscriber[]::new);
            order = known;
        }
        return known;
    }

    private SharedBytes encode(List<SseFrame> frames) {
        int estimate = 0;
        for (SseFrame frame : frames) {
            estimate += frame.size();
        }
        return SharedBytes.of(estimate, out -> {
            for (SseFrame frame : frames) {
                frame.append(out, oneJob);
            }
        });
    }
}
