// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.kafka.JobPlacement;
import dev.pullcast.contract.kafka.TopicSetup;
import dev.pullcast.contract.kafka.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Kafka clients of a coordinator, and why they are set as they are. */
final class Clients {
    private static final Logger LOG = LoggerFactory.getLogger(Clients.class);
    private static final String SECONDS_8 = "8000";
    private static final String SECONDS_10 = "10000";
    private static final String SECONDS_30 = "30000";

    private final CoordinatorConfig config;
    private final HangingTransactions hanging;
    // Nobody else may have it: two with one id fence each other for ever.
    private final String transactionalId;

    Clients(CoordinatorConfig config, HangingTransactions hanging) {
        this.config = config;
        this.hanging = hanging;
        this.transactionalId = config.topics().coordinatorGroup() + '-' + UlidCreator.getUlid();
    }

    /** Of this coordinator's transactions. */
    String transactionalId() {
        return transactionalId;
    }

    /**
     * Ends what the last owners of these partitions left open, those of them that are no members of the group any more.
     * What they had begun to write would hold up readers of whatever partition it stands in, until Kafka ends it.
     */
    void endWhatTheDeadLeft(Set<TopicPartition> partitions) {
        String group = config.topics().coordinatorGroup();
        try (Admin admin = Admin.create(new HashMap<>(config.kafka()))) {
            Set<String> dead = new HashSet<>();
            answer(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
                    .forEach((tp, offset) -> {
                        String owner = offset == null ? "" : offset.metadata();
                        if (!owner.isEmpty() && partitions.contains(tp)) {
                            dead.add(owner);
                        }
                    });
            if (!dead.isEmpty()) {
                answer(admin.describeConsumerGroups(List.of(group)).all())
                        .values()
                        .forEach(described ->
                                described.members().forEach(member -> dead.removeIf(member.clientId()::endsWith)));
            }
            if (!dead.isEmpty()) {
                answer(admin.fenceProducers(dead).all());
            }
            hanging.abort(admin);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("Cannot end what dead owners of partitions left open; it ends by its time-out: {}", e.toString());
        }
    }

    private static <T> T answer(KafkaFuture<T> future)
            throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(5, TimeUnit.SECONDS);
    }

    /** Reads jobs and results as a member of the group; the range assignor gives both partitions of a number to one. */
    Consumer<byte[], byte[]> member() {
        Map<String, Object> settings = reading("read_committed");
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, config.topics().coordinatorGroup());
        // Tells others whose transactions are those of a member.
        settings.merge(ConsumerConfig.CLIENT_ID_CONFIG, transactionalId, (given, own) -> given + "-" + own);
        settings.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
        settings.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, List.of(RangeAssignor.class));
        long session = config.sessionTimeout().toMillis();
        settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, Math.toIntExact(session));
        // Those who stay are told with their next heartbeat that another is gone.
        settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, Math.toIntExact(session / 12));
        // As late may partitions be seen that somebody adds.
        settings.putIfAbsent(ConsumerConfig.METADATA_MAX_AGE_CONFIG, SECONDS_30);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Reads what coordinators wrote, in no group. */
    Consumer<byte[], byte[]> committedReader() {
        Map<String, Object> settings = reading("read_committed");
        // It goes from topic to topic, and cannot ask a broker that still waits for more of the last one.
        settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "20");
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Reads heartbeats, and where partitions really end whatever transaction is open there; in no group. */
    Consumer<byte[], byte[]> plainReader() {
        return new KafkaConsumer<>(
                reading("read_uncommitted"), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Writes in transactions. */
    Producer<byte[], byte[]> writer() {
        Map<String, Object> settings = new HashMap<>(config.kafka());
        settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 10_000);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.LINGER_MS_CONFIG, "0");
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, SECONDS_10);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, SECONDS_8);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, SECONDS_10);
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, TopicSetup.MAX_MESSAGE_BYTES);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** All partitions of a topic. */
    static List<TopicPartition> partitions(Consumer<?, ?> consumer, String topic) {
        List<TopicPartition> all = consumer.partitionsFor(topic).stream()
                .map(p -> new TopicPartition(p.topic(), p.partition()))
                .toList();
        if (all.isEmpty()) {
            throw new IllegalStateException("the topic " + topic + " does not exist");
        }
        return all;
    }

    /**
     * How many partitions jobs have, and with them events, results and sets.
     *
     * @throws IllegalStateException if the numbers differ, with a sentence that says what to do
     */
    static JobPlacement placement(Consumer<?, ?> consumer, Topics topics) {
        Map<String, Integer> counts = new TreeMap<>();
        for (String topic :
                List.of(topics.jobs(), topics.events(), topics.results(), topics.sets(), topics.coordinator())) {
            counts.put(topic, partitions(consumer, topic).size());
        }
        String problem = TopicSetup.mismatch(topics, counts);
        if (!problem.isEmpty()) {
            throw new IllegalStateException(problem);
        }
        return new JobPlacement(counts.getOrDefault(topics.jobs(), 1));
    }

    /** Closes, and leaves the group if it is in one. */
    static void close(Consumer<?, ?> consumer, Duration bound) {
        consumer.close(CloseOptions.timeout(bound));
    }

    private Map<String, Object> reading(String isolation) {
        Map<String, Object> settings = new HashMap<>(config.kafka());
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, SECONDS_10);
        settings.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, SECONDS_8);
        return settings;
    }
}
