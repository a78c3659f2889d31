// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.kafka.TopicSetup;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.standalone.EmbeddedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A coordinator on a Kafka where transactions hang (KIP-664). */
class HangingTransactionsIT {
    private static final int PARTITIONS = 3;

    @TempDir
    static Path folder;

    private static EmbeddedBroker broker;
    private static Admin admin;

    @BeforeAll
    static void start() {
        broker = new EmbeddedBroker(folder, 0, HangingProducer.BROKER_SETTINGS);
        broker.start();
        admin = Admin.create(Map.of("bootstrap.servers", server()));
    }

    @AfterAll
    static void stop() {
        admin.close();
        broker.close();
    }

    private static String server() {
        return broker.bootstrapServers();
    }

    private static Topics topics(String prefix) {
        Topics topics = new Topics(prefix);
        assertThat(TopicSetup.ensure(Map.of("bootstrap.servers", server()), topics, PARTITIONS, (short) 1))
                .isInstanceOf(TopicSetup.Ready.class);
        return topics;
    }

    @Test
    void aStartAbortsThoseInItsTopicsAndInItsGroupsOffsetsAndThenServesJobs() throws Exception {
        Topics topics = topics("hangs.");
        Instant old = Instant.now().minusSeconds(60);
        HangingProducer dead = new HangingProducer(admin, server(), topics.coordinatorGroup() + "-dead");
        dead.write(new TopicPartition(topics.jobs(), 0), old);
        dead.write(new TopicPartition(topics.tasks(), 1), old);
        dead.write(new TopicPartition(topics.results(), 2), old);
        // Makes Kafka create the topic of offsets.
        admin.listConsumerGroupOffsets(topics.coordinatorGroup()).all().get(20, TimeUnit.SECONDS);
        dead.commit(topics.coordinatorGroup(), new TopicPartition(topics.jobs(), 0));
        new HangingProducer(admin, server(), "of-somebody-else").write(new TopicPartition(topics.jobs(), 1), old);
        Coordinator coordinator =
                new Coordinator(CoordinatorProcess.config(Map.of("bootstrap.servers", server()), topics));
        try {
            coordinator.start().await(30, TimeUnit.SECONDS);
            try (Producer<String, byte[]> producer = producer(Map.of())) {
                for (int partition = 0; partition < PARTITIONS; partition++) {
                    producer.send(new ProducerRecord<>(
                                    topics.jobs(), partition, "k", ContractJson.write(Given.job("alpine"))))
                            .get(20, TimeUnit.SECONDS);
                }
            }
            // The same job thrice is one, in the partition of its id; the others forward it.
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> coordinator.health().openJobs() == 1
                            && coordinator.health().lag() == 0);
        } finally {
            coordinator.close().await(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void onesThatAreUnderWayAreLeftAlone() throws Exception {
        Topics topics = topics("works.");
        try (Producer<String, byte[]> producer = producer(Map.of("transactional.id", "alive"))) {
            producer.initTransactions();
            producer.beginTransaction();
            long then = Instant.now().minusSeconds(3_600).toEpochMilli();
            producer.send(new ProducerRecord<>(topics.events(), 0, then, "k", "slow".getBytes(UTF_8)))
                    .get(20, TimeUnit.SECONDS);

            assertThat(new HangingTransactions(topics, InstantSource.system()).abort(admin))
                    .isZero();

            producer.commitTransaction();
        }
    }

    private static Producer<String, byte[]> producer(Map<String, Object> more) {
        Map<String, Object> settings = new java.util.HashMap<>(more);
        settings.put("bootstrap.servers", server());
        return new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
    }
}
