// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.contract.codec.JobReader;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.kafka.JobPlacement;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.gateway.ops.GatewayMetrics;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * The second, small consumer: {@code pull.workers}, which is state, and {@code pull.jobs}, so that a job is known before
 * its first event. Owned by the feed's thread. Jobs are read as far back as events are kept: an older job that goes on
 * becomes known by its next event.
 */
final class StateReader {
    private static final Logger LOG = LoggerFactory.getLogger(StateReader.class);
    private static final int BATCH = 500;

    /** Takes a job and the position after it; the job is null where only the position moved, of workers too. */
    @FunctionalInterface
    interface JobHandler {
        void accept(TopicPartition partition, long next, @Nullable AskedJob job);
    }

    private final JobHandler jobHandler;
    private final BiConsumer<String, @Nullable WorkerStatus> workerHandler;
    private final GatewayMetrics metrics;
    private final FeedProgress progress = new FeedProgress();
    private volatile List<TopicPartition> partitions = List.of();
    private @Nullable TopicReader reader;
    private String jobsTopic = "";
    private JobPlacement placement = new JobPlacement(1);
    private JobLimits limits = JobLimits.DEFAULT;

    StateReader(
            JobHandler jobHandler, BiConsumer<String, @Nullable WorkerStatus> workerHandler, GatewayMetrics metrics) {
        this.jobHandler = jobHandler;
        this.workerHandler = workerHandler;
        this.metrics = metrics;
    }

    /** Of pull.jobs and pull.workers; empty before the start. */
    List<TopicPartition> partitions() {
        return partitions;
    }

    /** Completes when all that was there has been read. */
    Future<Void> start(Vertx vertx, Context context, FeedSettings settings, KafkaLog kafka, Instant now) {
        jobsTopic = settings.topics().jobs();
        limits = settings.limits();
        String workers = settings.topics().workers();
        TopicReader created = new TopicReader(vertx, context, settings.kafka(), BATCH);
        reader = created;
        return Future.all(kafka.partitions(List.of(jobsTopic)), kafka.partitions(List.of(workers)))
                .compose(found -> {
                    List<TopicPartition> jobPartitions = found.resultAt(0);
                    List<TopicPartition> workerPartitions = found.resultAt(1);
                    placement = new JobPlacement(Math.max(1, jobPartitions.size()));
                    partitions = Stream.concat(jobPartitions.stream(), workerPartitions.stream())
                            .toList();
                    return Future.all(
                            kafka.since(
                                    jobPartitions, now.minus(settings.history()).toEpochMilli()),
                            kafka.beginnings(workerPartitions),
                            kafka.ends(jobPartitions),
                            kafka.ends(workerPartitions));
                })
                .compose(found -> {
                    Map<TopicPartition, Long> from = both(found.resultAt(0), found.resultAt(1));
                    Map<TopicPartition, Long> ends = both(found.resultAt(2), found.resultAt(3));
                    progress.start(from);
                    from.forEach((partition, offset) -> jobHandler.accept(partition, offset, null));
                    Promise<Void> read = Promise.promise();
                    progress.when(ends).onComplete(read);
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
                readWorker(record);
            }
        }
        records.nextOffsets().forEach((partition, next) -> {
            progress.advance(partition, next.offset());
            jobHandler.accept(partition, next.offset(), null);
        });
        progress.tellWaiters();
    }

    /** What is no good job is the coordinator's to reject; it becomes known by that. */
    private @Nullable AskedJob readJob(ConsumerRecord<byte[], byte[]> record) {
        return switch (JobReader.read(record.value(), limits)) {
            // What stands elsewhere than its events will comes again, where the coordinator takes it.
            case JobReader.Accepted(PullJob job) ->
                placement.isInPlace(record, job.id())
                        ? new AskedJob(job, Instant.ofEpochMilli(record.timestamp()))
                        : null;
            case JobReader.Accepted _, JobReader.Rejected _ -> null;
        };
    }

    private void readWorker(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null) {
            return;
        }
        try {
            workerHandler.accept(
                    new String(record.key(), StandardCharsets.UTF_8),
                    record.value() == null ? null : ContractJson.readWorker(record.value()));
        } catch (JacksonException e) {
            metrics.unreadable().increment();
            LOG.warn(
                    "{} offset {} is no heartbeat and is left out: {}",
                    record.topic(),
                    record.offset(),
                    e.getOriginalMessage());
        }
    }

    private void onFailure(KafkaLog kafka, TopicReader from, Throwable failure) {
        LOG.warn("reading jobs and workers failed, it goes on: {}", failure.toString());
        if (failure instanceof OffsetOutOfRangeException lost) {
            kafka.beginnings(lost.partitions()).onSuccess(from::seek);
        }
    }

    Future<Void> close() {
        TopicReader open = reader;
        return open == null ? Future.succeededFuture() : open.close();
    }
}
