// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.contract.codec.JobReader;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.StandingSet;
import dev.pullcast.contract.kafka.HeartbeatRecord;
import dev.pullcast.contract.kafka.JobPlacement;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.gateway.ops.GatewayMetrics;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The second, small consumer: {@code pull.workers} and {@code pull.sets}, which are state, and {@code pull.jobs}, so that a
 * job is known before its first event. Owned by the feed's thread. Jobs are read as far back as events are kept: an older job that goes on
 * becomes known by its next event.
 */
final class StateReader {
    private static final Logger LOG = LoggerFactory.getLogger(StateReader.class);
    private static final int BATCH = 500;

    /** Takes a job and the position after it; the job is null where only the position moved, in any of the topics. */
    @FunctionalInterface
    interface JobHandler {
        void accept(TopicPartition partition, long next, @Nullable AskedJob job);
    }

    /** Takes a standing set, or null when it has ended, with the partition that it stands in. */
    @FunctionalInterface
    interface SetHandler {
        void accept(String id, int partition, @Nullable StandingSet set);
    }

    private final JobHandler jobHandler;
    private final Consumer<List<Heartbeat>> workerHandler;
    private final SetHandler setHandler;
    private final GatewayMetrics metrics;
    private final JobPlacement.Marks marks;
    private final FeedProgress progress = new FeedProgress();
    private final Heard heard = new Heard();
    /** Workers are told of when all that was there has been read. */
    private boolean pastIsRead;

    private volatile List<TopicPartition> partitions = List.of();
    private @Nullable TopicReader reader;
    private String jobsTopic = "";
    private JobPlacement placement = new JobPlacement(1);
    private JobLimits limits = JobLimits.DEFAULT;
    private String setsTopic = "";

    /** What a worker says of itself, null when it leaves, and when Kafka took it. */
    record Heartbeat(String worker, @Nullable WorkerStatus status, Instant at) {}

    StateReader(
            JobHandler jobHandler,
            Consumer<List<Heartbeat>> workerHandler,
            SetHandler setHandler,
            GatewayMetrics metrics,
            JobPlacement.Marks marks) {
        this.jobHandler = jobHandler;
        this.workerHandler = workerHandler;
        this.setHandler = setHandler;
        this.metrics = metrics;
        this.marks = marks;
    }

    /** Of all its topics; empty before the start. */
    List<TopicPartition> partitions() {
        return partitions;
    }

    /** Completes when all that was there has been read. */
    Future<Void> start(Vertx vertx, Context context, FeedSettings settings, KafkaLog kafka, Instant now) {
        jobsTopic = settings.topics().jobs();
        limits = settings.limits();
        setsTopic = settings.topics().sets();
        TopicReader created = new TopicReader(vertx, context, settings.kafka(), BATCH);
        reader = created;
        return kafka.partitions(List.of(jobsTopic, setsTopic, settings.topics().workers()))
                .compose(found -> {
                    partitions = found;
                    List<TopicPartition> jobs =
                            found.stream().filter(this::isJob).toList();
                    placement = new JobPlacement(Math.max(1, jobs.size()));
                    List<TopicPartition> states =
                            found.stream().filter(p -> !isJob(p)).toList();
                    return Future.all(
                            kafka.since(jobs, now.minus(settings.history()).toEpochMilli()),
                            kafka.beginnings(states),
                            kafka.ends(found));
                })
                .compose(found -> {
                    Map<TopicPartition, Long> from = both(found.resultAt(0), found.resultAt(1));
                    Map<TopicPartition, Long> ends = found.resultAt(2);
                    progress.start(from);
                    from.forEach((partition, offset) -> jobHandler.accept(partition, offset, null));
                    Promise<Void> read = Promise.promise();
                    progress.when(ends).onSuccess(_ -> {
                        pastIsRead = true;
                        tellHeard(context, read);
                    });
                    return created.assign(from)
                            .onSuccess(_ -> created.run(this::onBatch, failure -> onFailure(kafka, created, failure)))
                            .compose(_ -> read.future());
                });
    }

    private static Map<TopicPartition, Long> both(Map<TopicPartition, Long> a, Map<TopicPartition, Long> b) {
        Map<TopicPartition, Long> result = new HashMap<>(a);
        result.putAll(b);
        return result;
    }

    private boolean isJob(TopicPartition partition) {
        return partition.topic().equals(jobsTopic);
    }

    private void onBatch(ConsumerRecords<byte[], byte[]> records) {
        for (ConsumerRecord<byte[], byte[]> record : records) {
            TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            if (isJob(partition)) {
                jobHandler.accept(partition, record.offset() + 1, readJob(record));
            } else {
                readState(record);
            }
        }
        records.nextOffsets().forEach((partition, next) -> {
            progress.advance(partition, next.offset());
            jobHandler.accept(partition, next.offset(), null);
        });
        if (pastIsRead) {
            workerHandler.accept(beats(heard.take(BATCH)));
        }
        progress.tellWaiters();
    }

    /** Some at a time: ten thousand workers would hold everybody else up. */
    private void tellHeard(Context context, Promise<Void> told) {
        workerHandler.accept(beats(heard.take(BATCH)));
        if (heard.isEmpty()) {
            told.complete();
        } else {
            context.runOnContext(_ -> tellHeard(context, told));
        }
    }

    /** What is no good job is the coordinator's to reject; it becomes known by that. */
    private @Nullable AskedJob readJob(ConsumerRecord<byte[], byte[]> record) {
        try {
            return asked(record);
        } catch (RuntimeException e) {
            metrics.unreadable().increment();
            LOG.error("{}-{} offset {} cannot be read", record.topic(), record.partition(), record.offset(), e);
            return null;
        }
    }

    private @Nullable AskedJob asked(ConsumerRecord<byte[], byte[]> record) {
        return switch (JobReader.read(record.value(), limits)) {
            // What stands elsewhere than its events will comes again, where the coordinator takes it.
            case JobReader.Accepted(PullJob job) ->
                placement.isInPlace(record, job.id(), marks)
                        ? new AskedJob(job, Instant.ofEpochMilli(record.timestamp()))
                        : null;
            case JobReader.Accepted _, JobReader.Rejected _ -> null;
        };
    }

    private void readState(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null) {
            return;
        }
        if (record.topic().equals(setsTopic)) {
            tolerant(record, value -> {
                setHandler.accept(
                        keyOf(record), record.partition(), value == null ? null : ContractJson.readSet(value));
            });
        } else if (record.key().length <= HeartbeatRecord.MAX_ID_BYTES) {
            heard.add(keyOf(record), record);
        } else {
            metrics.disbelieved().increment();
        }
    }

    private List<Heartbeat> beats(List<ConsumerRecord<byte[], byte[]>> records) {
        List<Heartbeat> beats = new ArrayList<>(records.size());
        for (ConsumerRecord<byte[], byte[]> record : records) {
            switch (HeartbeatRecord.read(record)) {
                case HeartbeatRecord.Believed(String worker, var status) ->
                    beats.add(new Heartbeat(worker, status, Instant.ofEpochMilli(record.timestamp())));
                case HeartbeatRecord.Disbelieved(String reason) -> {
                    metrics.disbelieved().increment();
                    LOG.warn(
                            "{}-{} offset {} is left out: {}",
                            record.topic(),
                            record.partition(),
                            record.offset(),
                            reason);
                }
            }
        }
        return beats;
    }

    private static String keyOf(ConsumerRecord<byte[], byte[]> record) {
        return new String(record.key(), StandardCharsets.UTF_8);
    }

    private void tolerant(ConsumerRecord<byte[], byte[]> record, Consumer<byte @Nullable []> read) {
        try {
            read.accept(record.value());
        } catch (RuntimeException e) { // Jackson's, and what odd numbers and times lead to
            metrics.unreadable().increment();
            LOG.warn(
                    "{} offset {} cannot be read and is left out: {}",
                    record.topic(),
                    record.offset(),
                    Unreadable.words(e));
        }
    }

    private void onFailure(KafkaLog kafka, TopicReader from, Throwable failure) {
        LOG.warn("reading jobs, sets and workers failed, it goes on: {}", failure.toString());
        if (failure instanceof OffsetOutOfRangeException lost) {
            kafka.beginnings(lost.partitions()).onSuccess(from::seek);
        }
    }

    Future<Void> close() {
        TopicReader open = reader;
        return open == null ? Future.succeededFuture() : open.close();
    }
}
