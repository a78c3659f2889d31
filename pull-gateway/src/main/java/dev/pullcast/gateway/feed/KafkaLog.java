// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * What Kafka says of its topics: partitions, where they begin and end. Answers come on the caller's context; nothing
 * blocks.
 */
public final class KafkaLog implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 5_000;
    private static final int LOOK_MILLIS = 100;
    private static final int LOOKS = TIMEOUT_MILLIS / LOOK_MILLIS;

    private final Vertx vertx;
    private final Admin admin;

    /** Opens a client of its own with these settings of Kafka's. */
    public KafkaLog(Vertx vertx, Map<String, String> kafka) {
        this.vertx = vertx;
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS / 2);
        settings.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        this.admin = Admin.create(settings);
    }

    /** The cluster's own id; fails if Kafka does not answer. */
    public Future<String> clusterId() {
        return here(admin.describeCluster().clusterId().toCompletionStage());
    }

    /** All partitions of topics, which must exist; waits a little for those that were made just now. */
    public Future<List<TopicPartition>> partitions(Collection<String> topics) {
        return partitions(topics, LOOKS);
    }

    /** A broker learns of a topic some moments after the controller has made it, and until then denies it. */
    private Future<List<TopicPartition>> partitions(Collection<String> topics, int looks) {
        return look(topics)
                .recover(failure -> looks > 1 && isUnknown(failure)
                        ? vertx.timer(LOOK_MILLIS, TimeUnit.MILLISECONDS).compose(_ -> partitions(topics, looks - 1))
                        : Future.failedFuture(failure));
    }

    private static boolean isUnknown(Throwable failure) {
        return failure instanceof UnknownTopicOrPartitionException
                || failure.getCause() instanceof UnknownTopicOrPartitionException;
    }

    private Future<List<TopicPartition>> look(Collection<String> topics) {
        return here(admin.describeTopics(topics).allTopicNames().toCompletionStage())
                .map(found -> found.values().stream()
                        .flatMap(topic -> topic.partitions().stream()
                                .map(partition -> new TopicPartition(topic.name(), partition.partition())))
                        .toList());
    }

    /** The first offset that is still kept. */
    public Future<Map<TopicPartition, Long>> beginnings(Collection<TopicPartition> partitions) {
        return offsets(partitions, OffsetSpec.earliest());
    }

    /** The offset after the last record that is committed. */
    public Future<Map<TopicPartition, Long>> ends(Collection<TopicPartition> partitions) {
        return offsets(partitions, OffsetSpec.latest());
    }

    /** The first offset at or after a time; the end where there is none. */
    public Future<Map<TopicPartition, Long>> since(Collection<TopicPartition> partitions, long epochMillis) {
        return ends(partitions)
                .compose(ends -> offsets(partitions, OffsetSpec.forTimestamp(Math.max(0, epochMillis)))
                        .map(found -> {
                            Map<TopicPartition, Long> result = new HashMap<>(ends);
                            found.forEach((partition, offset) -> {
                                if (offset >= 0) {
                                    result.put(partition, offset);
                                }
                            });
                            return result;
                        }));
    }

    private Future<Map<TopicPartition, Long>> offsets(Collection<TopicPartition> partitions, OffsetSpec spec) {
        Map<TopicPartition, OffsetSpec> question = new HashMap<>();
        partitions.forEach(partition -> question.put(partition, spec));
        return here(admin.listOffsets(question, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                        .all()
                        .toCompletionStage())
                .map(found -> {
                    Map<TopicPartition, Long> result = new HashMap<>();
                    found.forEach((partition, info) -> result.put(partition, info.offset()));
                    return result;
                });
    }

    /** Offsets of one topic's partitions, in order. */
    static Positions positions(Map<TopicPartition, Long> offsets, String topic) {
        TreeMap<Integer, Long> sorted = new TreeMap<>();
        offsets.forEach((partition, offset) -> {
            if (partition.topic().equals(topic)) {
                sorted.put(partition.partition(), offset);
            }
        });
        return Positions.of(sorted.values().stream().mapToLong(Long::longValue).toArray());
    }

    private <T> Future<T> here(CompletionStage<T> stage) {
        Context context = vertx.getOrCreateContext();
        Promise<T> promise = Promise.promise();
        stage.whenComplete((value, failure) -> context.runOnContext(_ -> {
            if (failure == null) {
                promise.complete(value);
            } else {
                promise.fail(failure);
            }
        }));
        return promise.future();
    }

    /** Closes the client without waiting for what is under way. */
    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
