// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.view.WorkerView;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.gateway.fleet.Applied;
import dev.pullcast.gateway.fleet.FleetView;
import dev.pullcast.gateway.ops.GatewayMetrics;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one consumer of {@code pull.events} in this process. It reads every partition from the beginning of what is kept,
 * so that state is rebuilt, then goes on live; each batch is encoded once and handed to every listener.
 *
 * <p>Everything here happens on the feed's own event loop. Others ask through {@link #ask}: the answer comes on the
 * asker's context <em>after</em> every batch that the feed had read when it answered and <em>before</em> every later
 * one, because both travel through the same queue. That order is what makes "snapshot, then live, no gap and no repeat"
 * true without a lock.
 */
public final class EventFeed extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(EventFeed.class);
    private static final int BATCH = 1_000;
    private static final long WORKER_CHECK_MILLIS = 1_000;
    private static final long END_TIMEOUT_MILLIS = 5_000;

    private final FeedSettings settings;
    private final FleetView fleet;
    private final InstantSource clock;
    private final GatewayMetrics metrics;
    private final EventDecoder decoder;
    private final FeedProgress progress = new FeedProgress();
    private final List<Listener> listeners = new ArrayList<>();
    private final Promise<Void> caughtUp = Promise.promise();

    private volatile @Nullable Running running;
    private @Nullable StateReader stateReader;

    private record Listener(Context context, FeedListener listener) {}

    /** What exists once Kafka has answered. */
    private record Running(
            KafkaLog kafka,
            String cluster,
            List<TopicPartition> events,
            TopicReader reader,
            EventLog log,
            CursorWriter cursor) {}

    /** A feed that starts when deployed. */
    public EventFeed(FeedSettings settings, FleetView fleet, InstantSource clock, GatewayMetrics metrics) {
        this.settings = settings;
        this.fleet = fleet;
        this.clock = clock;
        this.metrics = metrics;
        this.decoder = new EventDecoder(metrics);
    }

    /** Completes when reading has begun; see {@link #caughtUp()} for when the past has been read. */
    @Override
    public Future<?> start() {
        KafkaLog kafka = new KafkaLog(vertx, settings.kafka());
        String topic = settings.topics().events();
        StateReader states = new StateReader(this::onJob, this::onWorker, metrics);
        stateReader = states;
        return kafka.clusterId()
                .compose(id -> states.start(vertx, context, settings, kafka, clock.instant())
                        .compose(_ -> kafka.partitions(List.of(topic)))
                        .compose(partitions -> kafka.beginnings(partitions)
                                .compose(from -> kafka.ends(partitions)
                                        .compose(ends -> run(kafka, Cursor.markOf(id), from, ends)))))
                .onFailure(_ -> kafka.close());
    }

    private Future<Void> run(
            KafkaLog kafka, String cluster, Map<TopicPartition, Long> from, Map<TopicPartition, Long> ends) {
        Positions start = KafkaLog.positions(from, settings.topics().events());
        TopicReader reader = new TopicReader(vertx, context, settings.kafka(), BATCH);
        Running now = new Running(
                kafka,
                cluster,
                List.copyOf(from.keySet()),
                reader,
                new EventLog(settings.ringBytes(), start),
                new CursorWriter(cluster, start));
        running = now;
        progress.start(from);
        progress.when(ends).onSuccess(_ -> {
            LOG.info("read {} events of the past, {} jobs go on", now.log().size(), fleet.activeJobs());
            caughtUp.tryComplete();
        });
        vertx.setPeriodic(WORKER_CHECK_MILLIS, _ -> {
            fleet.expireWorkers().forEach(this::tellWorker);
            fleet.forgetExpired();
        });
        return reader.assign(from)
                .onSuccess(_ -> reader.run(batch -> onEvents(now, batch), failure -> onFailure(now, failure)));
    }

    private void onEvents(Running now, ConsumerRecords<byte[], byte[]> records) {
        List<SseFrame> frames = new ArrayList<>(records.count());
        for (ConsumerRecord<byte[], byte[]> record : records) {
            PullEvent event = decoder.read(record);
            now.cursor().advance(record.partition(), record.offset() + 1);
            if (event != null) {
                SseFrame frame = frame(now, record, event);
                now.log().append(frame);
                frames.add(frame);
            }
        }
        records.nextOffsets().forEach((partition, next) -> {
            now.cursor().advance(partition.partition(), next.offset());
            progress.advance(partition, next.offset());
        });
        if (!frames.isEmpty()) {
            metrics.eventsRead().increment(frames.size());
            FeedBatch batch = new FeedBatch(frames, now.cursor().positions(), textOf(now.cursor()));
            listeners.forEach(l -> l.context().runOnContext(_ -> l.listener().onBatch(batch)));
        }
        progress.tellWaiters();
    }

    private SseFrame frame(Running now, ConsumerRecord<byte[], byte[]> record, PullEvent event) {
        Applied applied = fleet.apply(event, record.partition(), record.offset());
        SseFrame.Meta meta = new SseFrame.Meta(
                record.partition(),
                record.offset(),
                applied.subject(),
                event.type(),
                applied.supersedes(),
                event.isTerminal(),
                applied.endsJob());
        return SseFrame.of(meta, now.cursor().bytes(), now.cluster(), EventDecoder.line(record));
    }

    /**
     * Retention overtook the feed, the log was cut or made anew, or Kafka refuses; what can be done is to go on at what
     * is there.
     */
    private void onFailure(Running now, Throwable failure) {
        if (!(failure instanceof OffsetOutOfRangeException lost)) {
            LOG.warn("reading {} failed, it goes on: {}", settings.topics().events(), failure.toString());
            return;
        }
        LOG.error("events were removed before they were read: {}", lost.getMessage());
        now.kafka().beginnings(lost.partitions()).onSuccess(from -> {
            from.forEach((partition, offset) -> {
                now.cursor().jump(partition.partition(), offset);
                progress.jump(partition, offset);
            });
            progress.tellWaiters();
            now.log().restart(now.cursor().positions());
            listeners.forEach(l -> l.context().runOnContext(_ -> l.listener().onBroken()));
            now.reader().seek(from);
        });
    }

    private void onJob(TopicPartition partition, long next, @Nullable AskedJob job) {
        if (job != null) {
            fleet.ask(job.job(), partition.partition(), job.at());
        }
        progress.advance(partition, next);
        progress.tellWaiters();
    }

    private void onWorker(String worker, @Nullable WorkerStatus status) {
        WorkerView view = fleet.applyWorker(worker, status);
        if (view != null) {
            tellWorker(view);
        }
    }

    private void tellWorker(WorkerView view) {
        WorkerFrames frame = WorkerFrames.of(view);
        listeners.forEach(l -> l.context().runOnContext(_ -> l.listener().onWorker(frame)));
    }

    /** Completes when everything that was there at the start has been read. */
    public Future<Void> caughtUp() {
        return caughtUp.future();
    }

    /** The mark of the Kafka cluster in every cursor. */
    public String cluster() {
        return running().cluster();
    }

    /** How many partitions {@code pull.events} has. */
    public int partitions() {
        return running().events().size();
    }

    /** All partitions of {@code pull.events}. */
    public List<TopicPartition> eventPartitions() {
        return running().events();
    }

    /** Offsets of them in order. */
    public Positions positions(Map<TopicPartition, Long> offsets) {
        return KafkaLog.positions(offsets, settings.topics().events());
    }

    /** Kafka's own word on where its topics begin and end. */
    public KafkaLog kafka() {
        return running().kafka();
    }

    private Running running() {
        Running now = running;
        if (now == null) {
            throw new IllegalStateException("the feed has not started");
        }
        return now;
    }

    /** Adds somebody who gets every batch from now on. The future completes on that context, in order with the batches. */
    public Future<Void> listen(Context at, FeedListener listener) {
        return onFeed(at, _ -> {
                    listeners.add(new Listener(at, listener));
                    return true;
                })
                .mapEmpty();
    }

    /** Ends what {@link #listen} began. */
    public void unlisten(FeedListener listener) {
        context.runOnContext(_ -> listeners.removeIf(l -> l.listener().equals(listener)));
    }

    /** Asks for something of the feed's state; the answer comes on the caller's context, in order with the batches. */
    public <T extends @Nullable Object> Future<T> ask(Function<FeedState, T> question) {
        Running now = running();
        return onFeed(
                vertx.getOrCreateContext(),
                _ -> question.apply(new FeedState(fleet, now.log(), now.cursor().positions(), textOf(now.cursor()))));
    }

    /**
     * Completes when the feed has read all jobs, workers and events that were in Kafka at the time of this call: only
     * then may anybody say that something does not exist. Fails when Kafka does not answer in time.
     */
    public Future<Void> atEnd() {
        Running now = running();
        List<TopicPartition> all = new ArrayList<>(now.events());
        StateReader states = stateReader;
        if (states != null) {
            all.addAll(states.partitions());
        }
        Context asker = vertx.getOrCreateContext();
        return now.kafka().ends(all).compose(ends -> reached(asker, ends));
    }

    /** Completes when the feed has read a record of {@code pull.jobs}. Fails when that takes too long. */
    public Future<Void> reachedJob(int partition, long offset) {
        return reached(
                vertx.getOrCreateContext(),
                Map.of(new TopicPartition(settings.topics().jobs(), partition), offset + 1));
    }

    /** Completes when the feed is there. Fails when that takes too long. */
    public Future<Void> reached(Positions positions) {
        Map<TopicPartition, Long> target = new HashMap<>();
        for (TopicPartition partition : running().events()) {
            long position = positions.get(partition.partition());
            if (position != Positions.NOTHING) {
                target.put(partition, position);
            }
        }
        return reached(vertx.getOrCreateContext(), target);
    }

    private Future<Void> reached(Context asker, Map<TopicPartition, Long> target) {
        Promise<Void> promise = Promise.promise();
        context.runOnContext(_ -> {
            Future<Void> waiting = progress.when(target);
            long timer = vertx.setTimer(END_TIMEOUT_MILLIS, _ -> {
                progress.forget(waiting);
                asker.runOnContext(_ -> promise.tryFail("the feed is behind Kafka; try again later"));
            });
            waiting.onSuccess(_ -> {
                vertx.cancelTimer(timer);
                asker.runOnContext(_ -> promise.tryComplete());
            });
        });
        return promise.future();
    }

    /** Records in Kafka that the feed has not read yet. Fails when Kafka does not answer. */
    public Future<Long> behind() {
        Running now = running();
        return now.kafka()
                .ends(now.events())
                .compose(ends -> onFeed(vertx.getOrCreateContext(), _ -> progress.behind(ends)));
    }

    /** Opens a short-lived reader of what the log in memory no longer has; its batches come on the caller's context. */
    public ReadBack readBack(Positions from, Positions until) {
        return new ReadBack(
                vertx,
                settings.kafka(),
                settings.topics().events(),
                cluster(),
                new ReadBack.Range(from, until),
                decoder);
    }

    private <T extends @Nullable Object> Future<T> onFeed(Context asker, Function<@Nullable Void, T> question) {
        Promise<T> promise = Promise.promise();
        context.runOnContext(_ -> {
            try {
                T answer = question.apply(null);
                asker.runOnContext(_ -> promise.complete(answer));
            } catch (RuntimeException e) {
                LOG.error("a question to the feed failed", e);
                asker.runOnContext(_ -> promise.fail(e));
            }
        });
        return promise.future();
    }

    private static String textOf(CursorWriter cursor) {
        return new String(cursor.bytes(), StandardCharsets.US_ASCII);
    }

    @Override
    public Future<?> stop() {
        Running now = running;
        StateReader states = stateReader;
        Future<Void> closed = states == null ? Future.succeededFuture() : states.close();
        if (now == null) {
            return closed;
        }
        now.kafka().close();
        return Future.join(closed, now.reader().close());
    }
}
