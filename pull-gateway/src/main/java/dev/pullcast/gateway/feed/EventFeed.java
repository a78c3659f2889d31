// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.kafka.JobPlacement;
import dev.pullcast.contract.view.WorkerView;
import dev.pullcast.gateway.fleet.Applied;
import dev.pullcast.gateway.fleet.FleetView;
import dev.pullcast.gateway.fleet.Subject;
import dev.pullcast.gateway.ops.GatewayMetrics;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one consumer of {@code pull.events} in this process. It reads every partition from the beginning of what is kept,
 * so that state is rebuilt, then goes on live; each batch is encoded once and handed to every listener. Kafka may come
 * later, go away and come back: listeners are told, and reading goes on where it was.
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
    /** Whoever removed the topics may be about to make them anew. */
    private static final Duration BEFORE_REMAKING = Duration.ofSeconds(10);

    private final FeedSettings settings;
    private final FleetView fleet;
    private final InstantSource clock;
    private final GatewayMetrics metrics;
    private final EventDecoder decoder;
    private final FeedProgress progress = new FeedProgress();
    private final FeedListeners listeners = new FeedListeners();
    private final Promise<Void> caughtUp = Promise.promise();

    private volatile @Nullable Running running;
    private volatile @Nullable KafkaWatch watch;
    private @Nullable StateReader stateReader;
    /** While the reader goes to another place: what comes meanwhile is of the old one. */
    private boolean moving;

    /** A feed that reads nothing before it is deployed and {@link #connect connected}. */
    public EventFeed(FeedSettings settings, FleetView fleet, InstantSource clock, GatewayMetrics metrics) {
        this.settings = settings;
        this.fleet = fleet;
        this.clock = clock;
        this.metrics = metrics;
        this.decoder = new EventDecoder(metrics);
    }

    /** Takes listeners and questions from now on; that does not need Kafka. */
    @Override
    public Future<?> start() {
        watch = new KafkaWatch(vertx, clock, outage -> listeners.tell(l -> l.onOutage(outage)));
        vertx.setPeriodic(WORKER_CHECK_MILLIS, _ -> {
            tellWorkers(fleet.expireWorkers());
            fleet.forgetExpired();
        });
        return Future.succeededFuture();
    }

    /**
     * Completes when reading has begun; see {@link #caughtUp()} for when the past has been read. May be called again
     * when it has failed.
     *
     * @param kafka stays the caller's, and open for as long as this feed is
     * @param topics makes missing topics; used when they vanish later
     */
    public Future<Void> connect(KafkaLog kafka, Supplier<Future<Void>> topics) {
        return connect(kafka, topics, JobPlacement.Marks.NONE);
    }

    /**
     * The same where coordinators mark what they move.
     *
     * @param marks tells their marks from what others write
     */
    public Future<Void> connect(KafkaLog kafka, Supplier<Future<Void>> topics, JobPlacement.Marks marks) {
        Promise<Void> connected = Promise.promise();
        context.runOnContext(_ -> open(kafka, topics, marks).onComplete(connected));
        return connected.future();
    }

    private Future<Void> open(KafkaLog kafka, Supplier<Future<Void>> topics, JobPlacement.Marks marks) {
        String topic = settings.topics().events();
        StateReader states = new StateReader(this::onJob, this::onWorkers, fleet::applySet, metrics, marks);
        stateReader = states;
        return kafka.partitions(List.of(topic))
                .compose(_ -> {
                    watch().run(() -> look(kafka, topics));
                    return states.start(vertx, context, settings, kafka, clock.instant());
                })
                .compose(_ -> kafka.identity(topic))
                .compose(found -> kafka.beginnings(found.partitions())
                        .compose(from -> kafka.ends(found.partitions()).compose(ends -> run(kafka, found, from, ends))))
                .onFailure(_ -> states.close());
    }

    private Future<Void> run(
            KafkaLog kafka, KafkaLog.Identity found, Map<TopicPartition, Long> from, Map<TopicPartition, Long> ends) {
        Positions start = KafkaLog.positions(from, settings.topics().events());
        TopicReader reader = new TopicReader(vertx, context, settings.kafka(), BATCH);
        Running now = Running.at(start, kafka, found, reader, settings.ringBytes());
        running = now;
        progress.start(from);
        progress.when(ends).onSuccess(_ -> {
            LOG.info("read {} events of the past, {} jobs go on", now.log().size(), fleet.activeJobs());
            caughtUp.tryComplete();
        });
        return reader.assign(from).onSuccess(_ -> reader.run(this::onBatch, this::onFailure));
    }

    /** Asks whether Kafka is there with the very log that is being read, and after an outage reads on to its end. */
    private Future<Boolean> look(KafkaLog kafka, Supplier<Future<Void>> topics) {
        return kafka.identity(settings.topics().events())
                .recover(failure -> {
                    boolean remake =
                            KafkaLog.isUnknown(failure) && watch().lasted().compareTo(BEFORE_REMAKING) > 0;
                    return (remake ? topics.get() : Future.<Void>succeededFuture())
                            .compose(_ -> Future.failedFuture(failure));
                })
                .compose(found -> {
                    Running now = running;
                    return now == null || now.cluster().equals(found.mark())
                            ? kafka.ends(found.partitions())
                            : beginAnew(now, found).compose(_ -> kafka.ends(found.partitions()));
                })
                .compose(ends -> running == null || outage() == null
                        ? Future.succeededFuture(false)
                        : reached(vertx.getOrCreateContext(), ends).map(true));
    }

    /** The topic is another one of the same name: what was read is no longer in Kafka, and positions mean nothing. */
    private Future<Void> beginAnew(Running before, KafkaLog.Identity found) {
        return before.kafka().beginnings(found.partitions()).compose(from -> {
            if (!cluster().equals(before.cluster())) {
                return Future.succeededFuture();
            }
            LOG.warn("{} was made anew; streams begin anew", settings.topics().events());
            running = before.anew(KafkaLog.positions(from, settings.topics().events()), found);
            from.forEach(progress::jump);
            progress.tellWaiters();
            fleet.forgetFinished();
            listeners.tell(l -> l.onBroken(Loss.RECREATED));
            moving = true;
            return before.reader().assign(from).onComplete(_ -> moving = false);
        });
    }

    private void onBatch(ConsumerRecords<byte[], byte[]> records) {
        if (!moving) {
            onEvents(running(), records);
        }
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
            FeedBatch batch = new FeedBatch(frames, now.cursor().positions(), now.cursorText());
            listeners.tell(l -> l.onBatch(batch));
        }
        progress.tellWaiters();
    }

    private SseFrame frame(Running now, ConsumerRecord<byte[], byte[]> record, PullEvent event) {
        Applied applied = applied(record, event);
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

    /** What cannot be added up must not keep the events behind it from anybody. */
    private Applied applied(ConsumerRecord<byte[], byte[]> record, PullEvent event) {
        try {
            return fleet.apply(event, record.partition(), record.offset());
        } catch (RuntimeException e) {
            metrics.unreadable().increment();
            LOG.error("{}-{} offset {} cannot be added up", record.topic(), record.partition(), record.offset(), e);
            return new Applied(Subject.of(event), null, false);
        }
    }

    /**
     * Retention overtook the feed, the log was cut or made anew, or Kafka refuses; what can be done is to go on at what
     * is there.
     */
    private void onFailure(Throwable failure) {
        if (!(failure instanceof OffsetOutOfRangeException lost)) {
            LOG.warn("reading {} failed, it goes on: {}", settings.topics().events(), failure.toString());
            return;
        }
        Running now = running();
        now.kafka()
                .identity(settings.topics().events())
                .compose(found ->
                        found.mark().equals(now.cluster()) ? skip(now, lost.partitions()) : beginAnew(now, found))
                .onFailure(cause -> LOG.warn("where the log begins cannot be told yet: {}", cause.toString()));
    }

    private Future<Void> skip(Running now, Set<TopicPartition> lost) {
        LOG.error("events of {} were removed before they were read", lost);
        return now.kafka().beginnings(lost).compose(from -> {
            from.forEach((partition, offset) -> {
                now.cursor().jump(partition.partition(), offset);
                progress.jump(partition, offset);
            });
            progress.tellWaiters();
            now.log().restart(now.cursor().positions());
            listeners.tell(l -> l.onBroken(Loss.EXPIRED));
            return now.reader().seek(from);
        });
    }

    private void onJob(TopicPartition partition, long next, @Nullable AskedJob job) {
        if (job != null) {
            fleet.ask(job.job(), partition.partition(), job.at());
        }
        progress.advance(partition, next);
        progress.tellWaiters();
    }

    private void onWorkers(List<StateReader.Heartbeat> beats) {
        List<WorkerView> changed = new ArrayList<>(beats.size());
        for (StateReader.Heartbeat beat : beats) {
            WorkerView view = fleet.applyWorker(beat.worker(), beat.status(), beat.at());
            if (view != null) {
                changed.add(view);
            }
        }
        tellWorkers(changed);
    }

    private void tellWorkers(List<WorkerView> changed) {
        if (!changed.isEmpty()) {
            List<WorkerFrames> frames = changed.stream().map(WorkerFrames::of).toList();
            listeners.tell(l -> l.onWorkers(frames));
        }
    }

    /** Completes when everything that was there at the start has been read. */
    public Future<Void> caughtUp() {
        return caughtUp.future();
    }

    /** Kafka is away, as far as is known; null while it is there. Safe from any thread. */
    public @Nullable Outage outage() {
        return watch().outage();
    }

    /** Tells that Kafka was asked in vain before this feed could be connected. */
    public void noKafka(String message) {
        context.runOnContext(_ -> watch().isAway(clock.instant(), message));
    }

    private KafkaWatch watch() {
        return Objects.requireNonNull(watch, "the feed is not deployed");
    }

    /** The mark of the log in every cursor. */
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

    /**
     * Adds somebody who gets every batch from now on, and is told of an outage that there is. The future completes on
     * that context, in order with the batches.
     */
    public Future<Void> listen(Context at, FeedListener listener) {
        return onFeed(at, _ -> {
                    listeners.add(at, listener);
                    Outage now = outage();
                    at.runOnContext(_ -> listener.onOutage(now));
                    return true;
                })
                .mapEmpty();
    }

    /** Ends what {@link #listen} began. */
    public void unlisten(FeedListener listener) {
        context.runOnContext(_ -> listeners.remove(listener));
    }

    /** Runs a task between two batches, also while Kafka has not been met yet. */
    public void run(Runnable task) {
        context.runOnContext(_ -> task.run());
    }

    /** Asks for something of the feed's state; the answer comes on the caller's context, in order with the batches. */
    public <T extends @Nullable Object> Future<T> ask(Function<FeedState, T> question) {
        return onFeed(vertx.getOrCreateContext(), _ -> question.apply(running().state(fleet)));
    }

    /**
     * Completes when the feed has read all jobs, workers and events that were in Kafka at the time of this call: only
     * then may anybody say that something does not exist. Fails when Kafka does not answer in time.
     */
    public Future<Void> atEnd() {
        Context asker = vertx.getOrCreateContext();
        return reachable().compose(now -> {
            List<TopicPartition> all = new ArrayList<>(now.events());
            StateReader states = stateReader;
            if (states != null) {
                all.addAll(states.partitions());
            }
            return now.kafka().ends(all).compose(ends -> reached(asker, ends));
        });
    }

    /** Whom to ask of Kafka; fails at once while that is in vain. */
    private Future<Running> reachable() {
        Outage away = outage();
        Running now = running;
        if (away != null || now == null) {
            return Future.failedFuture(away == null ? "the feed is not connected yet" : away.message());
        }
        return Future.succeededFuture(now);
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
        context.runOnContext(_ -> progress.within(vertx, END_TIMEOUT_MILLIS, target)
                .onComplete(result -> asker.runOnContext(_ -> promise.handle(result))));
        return promise.future();
    }

    /** Records in Kafka that the feed has not read yet. Fails when Kafka does not answer. */
    public Future<Long> behind() {
        Context asker = vertx.getOrCreateContext();
        return reachable()
                .compose(now -> now.kafka().ends(now.events()))
                .compose(ends -> onFeed(asker, _ -> progress.behind(ends)));
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

    @Override
    public Future<?> stop() {
        watch().close();
        Running now = running;
        StateReader states = stateReader;
        Future<Void> closed = states == null ? Future.succeededFuture() : states.close();
        if (now == null) {
            return closed;
        }
        return Future.join(closed, now.reader().close());
    }
}
