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
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * What Kafka says of its topics: partitions, where they begin and end. Answers come on the caller's context; nothing
 * blocks.
 */
public final class KafkaLog implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 5_000;
    private static final int LOOK_MILLIS = 100;
    private static final int LOOKS = TIMEOUT_MILLIS / LOOK_MILLIS;
    private static final int FEW_LOOKS = 5;

    private static final String NO_ADDRESS = "No resolvable bootstrap urls";

    private final Vertx vertx;
    private final Admin admin;

    /**
     * Which log it is: a topic that was deleted and made anew has its name, but is another one.
     *
     * @param mark as ids have it, see {@link Cursor#markOf(String)}
     * @param partitions all of them, in order
     */
    record Identity(String mark, List<TopicPartition> partitions) {
        Identity {
            partitions = List.copyOf(partitions);
        }
    }

    /** Opens a client of its own with these settings of Kafka's. Fails as {@link #isPassing} tells. */
    public static Future<KafkaLog> open(Vertx vertx, Map<String, String> kafka) {
        // It looks up the brokers' addresses, and that may take long.
        return vertx.executeBlocking(() -> new KafkaLog(vertx, kafka), false).map(Objects::requireNonNull);
    }

    private KafkaLog(Vertx vertx, Map<String, String> kafka) {
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

    /** Whether waiting may help: nobody answers, or the names of the brokers are not known yet. */
    public static boolean isPassing(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof RetriableException
                    || (e instanceof ConfigException
                            && String.valueOf(e.getMessage()).startsWith(NO_ADDRESS))) {
                return true;
            }
        }
        return false;
    }

    /** All partitions of topics, which must exist; waits a little for those that were made just now. */
    public Future<List<TopicPartition>> partitions(Collection<String> topics) {
        return look(topics, LOOKS)
                .map(found -> found.values().stream()
                        .flatMap(topic -> partitionsOf(topic).stream())
                        .toList());
    }

    /** A topic as it is now; fails as {@link #isUnknown} tells where there is none. */
    Future<Identity> identity(String topic) {
        return Future.all(clusterId(), look(List.of(topic), FEW_LOOKS)).map(found -> {
            String cluster = found.resultAt(0);
            Map<String, TopicDescription> described = found.resultAt(1);
            TopicDescription description = Objects.requireNonNull(described.get(topic), topic);
            return new Identity(Cursor.markOf(cluster + '/' + description.topicId()), partitionsOf(description));
        });
    }

    private static List<TopicPartition> partitionsOf(TopicDescription topic) {
        return topic.partitions().stream()
                .map(partition -> new TopicPartition(topic.name(), partition.partition()))
                .toList();
    }

    /** Whether a failure means that there is no such topic. */
    static boolean isUnknown(@Nullable Throwable failure) {
        return failure instanceof UnknownTopicOrPartitionException
                || (failure != null && failure.getCause() instanceof UnknownTopicOrPartitionException);
    }

    /** A broker learns of a topic some moments after the controller has made it, and until then denies it. */
    private Future<Map<String, TopicDescription>> look(Collection<String> topics, int looks) {
        return here(admin.describeTopics(topics).allTopicNames().toCompletionStage())
                .recover(failure -> looks > 1 && isUnknown(failure)
                        ? vertx.timer(LOOK_MILLIS, TimeUnit.MILLISECONDS).compose(_ -> look(topics, looks - 1))
                        : Future.failedFuture(failure));
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
