// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import dev.pullcast.gateway.feed.Cursor;
import dev.pullcast.gateway.feed.EventFeed;
import dev.pullcast.gateway.feed.FeedBatch;
import dev.pullcast.gateway.feed.FeedListener;
import dev.pullcast.gateway.feed.Positions;
import dev.pullcast.gateway.feed.SseFrame;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * All streams of one event loop: hands each batch of the feed to those who want it. One per event loop; everything here
 * happens on that loop.
 */
public final class SseHub implements FeedListener {
    /** How long a client shall wait before it comes back, before it is spread. */
    static final int RETRY_MILLIS = 2_000;

    private final Vertx vertx;
    private final EventFeed feed;
    private final StreamTools shared;
    private final Set<SseSubscriber> subscribers = new LinkedHashSet<>();
    private final Map<StreamGroup.Key, StreamGroup> groups = new HashMap<>();
    private final Map<String, List<StreamGroup>> groupsOfJob = new HashMap<>();
    private final List<StreamGroup> groupsOfAll = new ArrayList<>();
    private final Replay.Surroundings around;
    private Positions positions = Positions.of();
    private @Nullable String cursor;
    private boolean closing;

    /** A hub that gets nothing before {@link #start}. */
    public SseHub(Vertx vertx, EventFeed feed, StreamTools shared) {
        this.vertx = vertx;
        this.feed = feed;
        this.shared = shared;
        this.around = new Replay.Surroundings(
                feed, this, new ReadBackSlots(shared.settings().readBacks()), shared.metrics());
    }

    /** Begins to listen, on the current context. */
    public Future<Void> start() {
        Context context = vertx.getOrCreateContext();
        vertx.setPeriodic(shared.settings().heartbeat().toMillis(), _ -> heartbeat());
        vertx.setPeriodic(Math.max(100, shared.settings().stall().toMillis() / 4), _ -> checkStalls());
        return feed.listen(context, this);
    }

    /** Opens a stream. Its head has been sent; from here on everything is said in events. */
    public void open(StreamRequest request, StreamSink sink) {
        SseSubscriber subscriber = new SseSubscriber(request, sink, shared, closesAt());
        subscribers.add(subscriber);
        shared.metrics().subscribers().incrementAndGet();
        sink.onClose(() -> remove(subscriber));
        subscriber.write(("retry: " + RETRY_MILLIS + "\n\n").getBytes(StandardCharsets.US_ASCII));
        new StreamStart(around, subscriber).begin();
    }

    private Instant closesAt() {
        Duration lifetime = shared.settings().maxLifetime();
        double spread = 0.9 + 0.2 * ThreadLocalRandom.current().nextDouble();
        return shared.clock().instant().plusMillis((long) (lifetime.toMillis() * spread));
    }

    private void remove(SseSubscriber subscriber) {
        if (subscribers.remove(subscriber)) {
            subscriber.markClosed();
            shared.metrics().subscribers().decrementAndGet();
            StreamGroup.Key key = StreamGroup.Key.of(subscriber.request());
            StreamGroup group = groups.get(key);
            if (group != null) {
                group.remove(subscriber);
                if (group.isEmpty()) {
                    groups.remove(key);
                    forget(key, group);
                }
            }
        }
    }

    private void forget(StreamGroup.Key key, StreamGroup group) {
        String job = key.filter().job();
        if (job == null) {
            groupsOfAll.remove(group);
            return;
        }
        List<StreamGroup> ofJob = groupsOfJob.get(job);
        if (ofJob != null) {
            ofJob.remove(group);
            if (ofJob.isEmpty()) {
                groupsOfJob.remove(job);
            }
        }
    }

    /** Makes a subscriber live: it gets every batch after the answer of the feed that is being handled. */
    void attach(SseSubscriber subscriber, Positions at, String atCursor) {
        if (subscriber.isClosed()) {
            return;
        }
        positions = at;
        cursor = atCursor;
        StreamGroup.Key key = StreamGroup.Key.of(subscriber.request());
        StreamGroup group = groups.get(key);
        if (group == null) {
            group = new StreamGroup(key.filter(), key.oneJob());
            groups.put(key, group);
            String job = key.filter().job();
            List<StreamGroup> where =
                    job == null ? groupsOfAll : groupsOfJob.computeIfAbsent(job, _ -> new ArrayList<>());
            where.add(group);
        }
        group.add(subscriber);
        if (closing) {
            subscriber.dismiss(retryMillis());
        }
    }

    @Override
    public void onBatch(FeedBatch batch) {
        positions = batch.after();
        cursor = batch.cursor();
        if (groups.isEmpty()) {
            return;
        }
        Set<StreamGroup> touched = new LinkedHashSet<>(groupsOfAll);
        for (SseFrame frame : batch.frames()) {
            for (StreamGroup group : groupsOfAll) {
                group.offer(frame);
            }
            List<StreamGroup> ofJob = groupsOfJob.get(frame.subject().job());
            if (ofJob != null) {
                for (StreamGroup group : ofJob) {
                    group.offer(frame);
                    touched.add(group);
                }
            }
        }
        touched.forEach(StreamGroup::flush);
    }

    @Override
    public void onWorker(SseFrame frame) {
        for (StreamGroup group : List.copyOf(groupsOfAll)) {
            group.offerWorker(frame);
            group.flush();
        }
    }

    @Override
    public void onBroken() {
        for (SseSubscriber subscriber : List.copyOf(subscribers)) {
            subscriber.dismiss(retryMillis());
        }
    }

    private void heartbeat() {
        Instant now = shared.clock().instant();
        for (SseSubscriber subscriber : List.copyOf(subscribers)) {
            if (subscriber.closesAt().isBefore(now)) {
                subscriber.dismiss(retryMillis());
            } else {
                subscriber.heartbeat(cursorOf(subscriber));
            }
        }
    }

    /** Where a live subscriber is; null for one that is still on its way there. */
    private @Nullable String cursorOf(SseSubscriber subscriber) {
        StreamGroup group = groups.get(StreamGroup.Key.of(subscriber.request()));
        if (group == null || !group.has(subscriber)) {
            return null;
        }
        return switch (subscriber.request().scope()) {
            case StreamRequest.Firehose _ -> cursor;
            case StreamRequest.OneJob job ->
                new Cursor.InPartition(feed.cluster(), job.partition(), positions.get(job.partition())).text();
        };
    }

    private void checkStalls() {
        List.copyOf(subscribers).forEach(SseSubscriber::checkStall);
    }

    private static long retryMillis() {
        return ThreadLocalRandom.current().nextLong(RETRY_MILLIS / 2, 2L * RETRY_MILLIS);
    }

    /** Ends every stream cleanly; clients come back spread over some seconds. */
    public void close() {
        closing = true;
        feed.unlisten(this);
        for (SseSubscriber subscriber : List.copyOf(subscribers)) {
            subscriber.dismiss(retryMillis());
        }
    }
}
