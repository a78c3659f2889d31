// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.gateway.feed.Cursor;
import dev.pullcast.gateway.feed.EventFeed;
import dev.pullcast.gateway.feed.FeedBatch;
import dev.pullcast.gateway.feed.FeedListener;
import dev.pullcast.gateway.feed.Loss;
import dev.pullcast.gateway.feed.Outage;
import dev.pullcast.gateway.feed.Positions;
import dev.pullcast.gateway.feed.SseFrame;
import dev.pullcast.gateway.feed.WorkerFrames;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All streams of one event loop: hands the feed's events to those who want them, one write for each stream and pass; see
 * {@link Pace} for when. One per event loop; everything here happens on that loop.
 */
public final class SseHub implements FeedListener {
    private static final Logger LOG = LoggerFactory.getLogger(SseHub.class);
    private static final int UNAVAILABLE = 503;

    /** How long a client shall wait before it comes back, before it is spread. */
    static final int RETRY_MILLIS = 2_000;

    private static final byte[] FIRST_WORDS = ("retry: " + RETRY_MILLIS + "\n\n").getBytes(StandardCharsets.US_ASCII);
    private static final long NANOS_PER_MILLI = 1_000_000L;
    private static final long LONGEST_LOOK_MILLIS = 1_000;

    private final Vertx vertx;
    private final EventFeed feed;
    private final StreamTools shared;
    private final Set<SseSubscriber> subscribers = new LinkedHashSet<>();
    private final Map<StreamGroup.Key, StreamGroup> groups = new HashMap<>();
    private final Map<String, List<StreamGroup>> groupsOfJob = new HashMap<>();
    private final List<StreamGroup> groupsOfAll = new ArrayList<>();
    private final Set<StreamGroup> waiting = new LinkedHashSet<>();
    private final Pace pace = new Pace();
    private final Replay.Surroundings around;
    /** What streams do when Kafka's past has been read, or Kafka is back. */
    private final Map<SseSubscriber, Runnable> later = new LinkedHashMap<>();

    private @Nullable Outage outage;
    private Positions positions = Positions.of();
    private String cursor = "";
    private boolean passIsDue;
    private boolean closing;

    /** A hub that gets nothing before {@link #start}. */
    public SseHub(Vertx vertx, EventFeed feed, StreamTools shared) {
        this.vertx = vertx;
        this.feed = feed;
        this.shared = shared;
        this.around = new Replay.Surroundings(
                vertx,
                feed,
                this,
                new Snapshots(vertx, feed, shared.unread()),
                new ReadBackSlots(shared.settings().readBacks()),
                shared.metrics());
    }

    /** Begins to listen, on the current context. */
    public Future<Void> start() {
        SseSettings settings = shared.settings();
        Context own = vertx.getOrCreateContext();
        feed.caughtUp().onSuccess(_ -> own.runOnContext(_ -> doLater()));
        vertx.setPeriodic(settings.heartbeat().toMillis(), _ -> heartbeat());
        // Often enough for the spread of lifetimes not to be lost.
        long look =
                Math.min(settings.stall().toMillis() / 4, settings.maxLifetime().toMillis() / 50);
        vertx.setPeriodic(Math.clamp(look, 50, LONGEST_LOOK_MILLIS), _ -> lookAtTheClock());
        return feed.listen(own, this);
    }

    /**
     * Opens a stream. Its head has been sent; from here on everything is said in events.
     *
     * @param opening is asked when the past has been read, and again after an outage in which it failed
     * @param client whose stream it is: streams of one client share what it may have
     * @param over is run when it has ended, whichever way
     */
    public OpenStream open(Supplier<Future<Opening>> opening, StreamSink sink, String client, Runnable over) {
        SseSubscriber subscriber = new SseSubscriber(sink, shared, closesAt(), client);
        subscribers.add(subscriber);
        shared.metrics().subscribers().incrementAndGet();
        sink.onClose(() -> {
            remove(subscriber);
            over.run();
        });
        subscriber.write(FIRST_WORDS);
        if (outage != null) {
            subscriber.write(words(outage));
        }
        if (feed.caughtUp().isComplete()) {
            settle(subscriber, opening);
        } else {
            later(subscriber, () -> settle(subscriber, opening));
        }
        return subscriber;
    }

    private void settle(SseSubscriber subscriber, Supplier<Future<Opening>> opening) {
        opening.get()
                .onSuccess(decided -> {
                    switch (decided) {
                        case Opening.Show(StreamRequest request) -> {
                            subscriber.show(request);
                            new StreamStart(around, subscriber).begin();
                        }
                        case Opening.Refuse(int status, String title) -> subscriber.refuse(status, title);
                        case Opening.Over _ -> subscriber.end();
                    }
                })
                .onFailure(failure -> failed(subscriber, failure, () -> settle(subscriber, opening)));
    }

    /** Something that a stream begins with has failed: while Kafka is away it waits for another try. */
    void failed(SseSubscriber subscriber, Throwable failure, Runnable again) {
        if (outage == null) {
            cut(subscriber, failure);
        } else if (!subscriber.isClosed()) {
            later(subscriber, again);
        }
    }

    /** After the first byte a failure can only be said in an event; the client comes back with its last id. */
    void cut(SseSubscriber subscriber, Throwable failure) {
        if (!subscriber.isClosed()) {
            LOG.warn("a stream could not begin: {}", failure.toString());
            subscriber.refuse(UNAVAILABLE, "Kafka does not answer; try again");
        }
    }

    private void later(SseSubscriber subscriber, Runnable action) {
        later.put(subscriber, action);
    }

    private void doLater() {
        List<Runnable> due = List.copyOf(later.values());
        later.clear();
        due.forEach(Runnable::run);
    }

    @Override
    public void onOutage(@Nullable Outage now) {
        if (now == null && outage == null) {
            return;
        }
        pass();
        outage = now;
        try (SharedBytes words = SharedBytes.of(words(now))) {
            List.copyOf(subscribers).forEach(subscriber -> subscriber.tell(words));
        }
        if (now == null && feed.caughtUp().isComplete()) {
            doLater();
        }
    }

    private static byte[] words(@Nullable Outage outage) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("degraded", outage != null);
        if (outage != null) {
            body.put("since", outage.since());
        }
        body.put("message", outage == null ? "Kafka answers again" : outage.message());
        return SseFrame.control("degraded", null, ContractJson.write(body));
    }

    private Instant closesAt() {
        Duration lifetime = shared.settings().maxLifetime();
        double spread = 0.9 + 0.2 * ThreadLocalRandom.current().nextDouble();
        return shared.clock().instant().plusMillis((long) (lifetime.toMillis() * spread));
    }

    private void remove(SseSubscriber subscriber) {
        if (subscribers.remove(subscriber)) {
            subscriber.markClosed();
            later.remove(subscriber);
            shared.metrics().subscribers().decrementAndGet();
            if (subscriber.isLive()) {
                detach(subscriber);
            }
        }
    }

    private void detach(SseSubscriber subscriber) {
        StreamGroup.Key key = StreamGroup.Key.of(subscriber.request());
        StreamGroup group = groups.get(key);
        if (group != null) {
            group.remove(subscriber);
            if (group.isEmpty()) {
                groups.remove(key);
                waiting.remove(group);
                forget(key, group);
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

    /** Up to where events have been handed out. */
    Positions positions() {
        return positions;
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
            group = new StreamGroup(key.filter(), subscriber.request().isOneJob());
            groups.put(key, group);
            String job = key.filter().job();
            List<StreamGroup> where =
                    job == null ? groupsOfAll : groupsOfJob.computeIfAbsent(job, _ -> new ArrayList<>());
            where.add(group);
        }
        group.add(subscriber);
        subscriber.markLive();
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
        for (SseFrame frame : batch.frames()) {
            for (StreamGroup group : groupsOfAll) {
                if (group.offer(frame)) {
                    waiting.add(group);
                }
            }
            for (StreamGroup group : groupsOfJob.getOrDefault(frame.subject().job(), List.of())) {
                if (group.offer(frame)) {
                    waiting.add(group);
                }
            }
        }
        passWhenDue();
    }

    @Override
    public void onWorkers(List<WorkerFrames> workers) {
        for (StreamGroup group : groupsOfAll) {
            for (WorkerFrames worker : workers) {
                if (group.offerWorker(worker)) {
                    waiting.add(group);
                }
            }
        }
        passWhenDue();
    }

    private void passWhenDue() {
        if (passIsDue || waiting.isEmpty()) {
            return;
        }
        long pause = pace.pause(System.nanoTime());
        if (pause == 0) {
            pass();
        } else {
            passIsDue = true;
            vertx.setTimer(Math.ceilDiv(pause, NANOS_PER_MILLI), _ -> {
                passIsDue = false;
                pass();
            });
        }
    }

    private void pass() {
        if (waiting.isEmpty()) {
            return;
        }
        long from = System.nanoTime();
        List<StreamGroup> now = List.copyOf(waiting);
        waiting.clear();
        long written = 0;
        for (StreamGroup group : now) {
            written += group.flush();
        }
        shared.metrics().framesWritten().increment((double) written);
        pace.passed(from, System.nanoTime());
    }

    @Override
    public void onBroken(Loss why) {
        pass();
        around.snapshots().forget();
        for (SseSubscriber subscriber : List.copyOf(subscribers)) {
            // Who is still on its way meets the loss by itself.
            if (subscriber.isLive()) {
                detach(subscriber);
                subscriber.markLost();
                new StreamStart(around, subscriber).beginAnew(why);
            }
        }
    }

    /** With the place up to which everything was written, so that a stream from which all is filtered keeps it. */
    private void heartbeat() {
        pass();
        for (Map.Entry<StreamGroup.Key, StreamGroup> entry : List.copyOf(groups.entrySet())) {
            try (SharedBytes beat = heartbeat(entry.getKey().scope())) {
                entry.getValue().beat(beat);
            }
        }
        try (SharedBytes beat = SharedBytes.of(":\n\n".getBytes(StandardCharsets.US_ASCII))) {
            for (SseSubscriber subscriber : List.copyOf(subscribers)) {
                if (!subscriber.isLive()) {
                    beat(subscriber, beat);
                }
            }
        }
    }

    /** One that is still replayed is told how far: where all is filtered out, it would begin again. */
    private static void beat(SseSubscriber subscriber, SharedBytes withoutId) {
        String place = subscriber.place();
        if (place == null) {
            subscriber.beat(withoutId);
            return;
        }
        try (SharedBytes beat = heartbeat(place)) {
            subscriber.beat(beat);
        }
    }

    private static SharedBytes heartbeat(String id) {
        return SharedBytes.of((":\nid: " + id + "\n\n").getBytes(StandardCharsets.US_ASCII));
    }

    private SharedBytes heartbeat(StreamRequest.Scope scope) {
        String id = switch (scope) {
            case StreamRequest.Firehose _ -> cursor;
            case StreamRequest.OneJob job ->
                new Cursor.InPartition(feed.cluster(), job.partition(), positions.get(job.partition())).text();
        };
        return heartbeat(id);
    }

    private void lookAtTheClock() {
        Instant now = shared.clock().instant();
        for (SseSubscriber subscriber : List.copyOf(subscribers)) {
            subscriber.checkStall(now);
            if (subscriber.closesAt().isBefore(now)) {
                dismiss(subscriber);
            }
        }
    }

    /** With what it has still to get: what a pass would have brought comes before the word of parting. */
    private void dismiss(SseSubscriber subscriber) {
        pass();
        subscriber.dismiss(retryMillis());
    }

    private static long retryMillis() {
        return ThreadLocalRandom.current().nextLong(RETRY_MILLIS / 2, 2L * RETRY_MILLIS);
    }

    /** Ends every stream cleanly; clients come back spread over some seconds. */
    public void close() {
        closing = true;
        feed.unlisten(this);
        List.copyOf(subscribers).forEach(this::dismiss);
    }
}
