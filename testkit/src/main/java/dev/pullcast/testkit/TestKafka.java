// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.kafka.TopicSetup;
import dev.pullcast.contract.kafka.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A real broker with topics of its own for one test. All tests of a process share the broker: embedded, or in a
 * container when the environment says {@code PULLCAST_TEST_KAFKA=container}.
 *
 * <pre>{@code
 * @RegisterExtension
 * final TestKafka kafka = new TestKafka();      // or: try (TestKafka kafka = new TestKafka().open())
 * }</pre>
 *
 * <p>Reading is from outside, as any consumer of the contract would: committed records only. Use from one thread.
 */
public final class TestKafka implements AutoCloseable, BeforeEachCallback, AfterEachCallback {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final int PARTITIONS = 3;

    private final int partitions;
    private final Topics topics;
    private @Nullable KafkaProducer<String, byte[]> producer;

    /** Topics of three partitions. */
    public TestKafka() {
        this(PARTITIONS);
    }

    /** Topics of so many partitions. */
    public TestKafka(int partitions) {
        this.partitions = partitions;
        this.topics = new Topics("t-" + UlidCreator.getUlid().toString().toLowerCase(Locale.ROOT) + ".");
    }

    /** Starts the broker if it is the first, and creates the topics as the product does. */
    public TestKafka open() {
        var result = TopicSetup.ensure(
                Map.of("bootstrap.servers", bootstrapServers()), topics, partitions, TopicSetup.BROKERS_REPLICATION);
        if (result instanceof TopicSetup.Unusable unusable) {
            throw new AssertionError(unusable.problem());
        }
        return this;
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        open();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        close();
    }

    /** Deletes the topics; the broker stays for the next test. */
    @Override
    public void close() {
        if (producer != null) {
            producer.close(Duration.ZERO);
            producer = null;
        }
        try (Admin admin = admin()) {
            await(admin.deleteTopics(allTopics().toList())
                    .all()
                    .toCompletionStage()
                    .toCompletableFuture());
        }
    }

    /** Where clients connect. */
    public String bootstrapServers() {
        return KafkaServers.bootstrapServers();
    }

    /** What every client needs to connect, as Kafka's own settings. */
    public Map<String, String> clientSettings() {
        return Map.of("bootstrap.servers", bootstrapServers());
    }

    /** The names of this test's topics. */
    public Topics topics() {
        return topics;
    }

    /** Partitions of each topic. */
    public int partitions() {
        return partitions;
    }

    /** Writes a record of the contract where its key belongs and waits for the acknowledgement. */
    public RecordMetadata send(String topic, @Nullable String key, Object contractRecord) {
        return sendBytes(topic, null, key, ContractJson.write(contractRecord));
    }

    /** Writes a record of the contract to a partition and waits for the acknowledgement. */
    public RecordMetadata send(String topic, int partition, @Nullable String key, Object contractRecord) {
        return sendBytes(topic, partition, key, ContractJson.write(contractRecord));
    }

    /** Writes many records of the contract in their order and waits until all are acknowledged. */
    public void sendAll(String topic, Map<String, ? extends Collection<?>> recordsByKey) {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        recordsByKey.forEach((key, records) -> records.forEach(
                record -> sent.add(producer().send(new ProducerRecord<>(topic, key, ContractJson.write(record))))));
        producer().flush();
        for (Future<RecordMetadata> one : sent) {
            if (one.state() != Future.State.SUCCESS) {
                throw new AssertionError("cannot write to " + topic, one.exceptionNow());
            }
        }
    }

    private KafkaProducer<String, byte[]> producer() {
        if (producer == null) {
            producer = new KafkaProducer<>(
                    Map.of("bootstrap.servers", bootstrapServers()), new StringSerializer(), new ByteArraySerializer());
        }
        return producer;
    }

    /** Writes any bytes, null for a tombstone, and waits for the acknowledgement. */
    public RecordMetadata sendBytes(
            String topic, @Nullable Integer partition, @Nullable String key, byte @Nullable [] value) {
        try {
            return producer()
                    .send(new ProducerRecord<>(topic, partition, key, value))
                    .get(BOUND.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while writing to " + topic, e);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("cannot write to " + topic, e);
        }
    }

    /** All committed records that are in a topic now, by partition and offset. */
    public List<ConsumerRecord<String, byte[]>> readAll(String topic) {
        try (KafkaConsumer<String, byte[]> consumer = fromBeginning(topic)) {
            Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
            List<ConsumerRecord<String, byte[]>> read = new ArrayList<>();
            long until = System.nanoTime() + BOUND.toNanos();
            while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
                if (System.nanoTime() > until) {
                    throw new AssertionError("could not read " + topic + " to its end; so far: " + show(read));
                }
                consumer.poll(Duration.ofMillis(50)).forEach(read::add);
            }
            return sorted(read);
        }
    }

    /**
     * Reads a topic from its beginning until what was read is enough.
     *
     * @param enough looks at all records so far
     * @return all records so far, by partition and offset
     * @throws AssertionError with what was read, when it is not enough within 20 s
     */
    public List<ConsumerRecord<String, byte[]>> readUntil(
            String topic, Predicate<List<ConsumerRecord<String, byte[]>>> enough) {
        return readUntil(topic, enough, BOUND);
    }

    /** The same with a bound of its own. */
    public List<ConsumerRecord<String, byte[]>> readUntil(
            String topic, Predicate<List<ConsumerRecord<String, byte[]>>> enough, Duration bound) {
        try (KafkaConsumer<String, byte[]> consumer = fromBeginning(topic)) {
            List<ConsumerRecord<String, byte[]>> read = new ArrayList<>();
            long until = System.nanoTime() + bound.toNanos();
            while (!enough.test(read)) {
                if (System.nanoTime() > until) {
                    throw new AssertionError("not enough in " + topic + " after " + bound + ": " + show(read));
                }
                consumer.poll(Duration.ofMillis(50)).forEach(read::add);
            }
            return sorted(read);
        }
    }

    /** A consumer of committed records, at the beginning of every partition, in no group; the caller closes it. */
    public KafkaConsumer<String, byte[]> fromBeginning(String topic) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                bootstrapServers(),
                "isolation.level",
                "read_committed",
                "fetch.max.wait.ms",
                "50",
                "enable.auto.commit",
                "false");
        KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> all = consumer.partitionsFor(topic).stream()
                .map(p -> new TopicPartition(p.topic(), p.partition()))
                .toList();
        consumer.assign(all);
        consumer.seekToBeginning(all);
        return consumer;
    }

    private Stream<String> allTopics() {
        return Stream.of(
                topics.jobs(),
                topics.tasks(),
                topics.events(),
                topics.results(),
                topics.workers(),
                topics.sets(),
                topics.coordinator(),
                topics.rejected(),
                topics.fleet());
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrapServers()));
    }

    private static void await(CompletableFuture<?> future) {
        future.orTimeout(BOUND.toSeconds(), TimeUnit.SECONDS).join();
    }

    private static List<ConsumerRecord<String, byte[]>> sorted(List<ConsumerRecord<String, byte[]>> records) {
        return records.stream()
                .sorted(Comparator.<ConsumerRecord<String, byte[]>>comparingInt(ConsumerRecord::partition)
                        .thenComparingLong(ConsumerRecord::offset))
                .toList();
    }

    private static List<String> show(List<ConsumerRecord<String, byte[]>> records) {
        return records.stream()
                .map(r -> r.partition() + ":" + r.offset() + " " + r.key() + "="
                        + (r.value() == null ? "null" : new String(r.value(), StandardCharsets.UTF_8)))
                .toList();
    }
}
