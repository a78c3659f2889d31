// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Exit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerIT {
    @TempDir
    Path folder;

    @Nested
    class WhenItIsStartedAgainOnItsFolder {
        @Test
        void recordsAndClusterIdAreThere() throws Exception {
            String first;
            try (EmbeddedBroker broker = EmbeddedBroker.in(folder)) {
                String servers = broker.start();
                first = clusterId(servers);
                createTopic(servers);
                produce(servers, "before the restart");
            }
            try (EmbeddedBroker broker = EmbeddedBroker.in(folder)) {
                String servers = broker.start();
                produce(servers, "after the restart");

                assertThat(clusterId(servers)).isEqualTo(first);
                assertThat(values(servers, 2)).containsExactly("before the restart", "after the restart");
            }
        }

        @Test
        void itListensOnThePortThatItHadUnlessThatIsTaken() throws Exception {
            int first;
            try (EmbeddedBroker broker = EmbeddedBroker.in(folder)) {
                first = port(broker.start());
            }
            try (EmbeddedBroker broker = EmbeddedBroker.in(folder)) {
                assertThat(port(broker.start())).isEqualTo(first);
            }
            try (ServerSocket taken = new ServerSocket(first, 1, InetAddress.getLoopbackAddress());
                    EmbeddedBroker broker = EmbeddedBroker.in(folder)) {
                assertThat(port(broker.start())).isNotEqualTo(taken.getLocalPort());
            }
        }

        @Test
        void aFileOfPortsThatIsDamagedStopsNothing() throws Exception {
            Files.writeString(folder.resolve("pullcast-ports.properties"), "client=none\ncontroller=99999\n");
            try (EmbeddedBroker broker = EmbeddedBroker.in(folder)) {
                assertThat(port(broker.start())).isPositive();
            }
        }

        private static int port(String servers) {
            return Integer.parseInt(servers.substring(servers.indexOf(':') + 1));
        }

        @Test
        void itStopsWithinFiveSeconds() {
            EmbeddedBroker broker = EmbeddedBroker.in(folder);
            broker.start();
            long before = System.nanoTime();
            broker.close();

            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
            assertThatThrownBy(broker::bootstrapServers).hasMessageContaining("not running");
        }
    }

    @Nested
    class WhenTwoLiveSideBySide {
        @Test
        void theyAreDifferentClusters() throws Exception {
            try (EmbeddedBroker one = EmbeddedBroker.in(folder.resolve("one"));
                    EmbeddedBroker two = EmbeddedBroker.in(folder.resolve("two"))) {
                String first = clusterId(one.start());
                String second = clusterId(two.start());

                assertThat(first).isNotEqualTo(second);
            }
        }

        @Test
        void theSecondOnOneFolderIsRefusedInSoManyWords() {
            try (EmbeddedBroker one = EmbeddedBroker.in(folder);
                    EmbeddedBroker two = EmbeddedBroker.in(folder)) {
                one.start();

                assertThatThrownBy(two::start)
                        .isInstanceOf(EmbeddedBroker.StartFailed.class)
                        .hasMessageContaining("Another broker is running on Kafka's data folder " + folder);
            }
        }
    }

    @Nested
    class WhenItCannotStart {
        @Test
        void aTakenPortIsNamed() throws IOException {
            try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    EmbeddedBroker broker = new EmbeddedBroker(folder, taken.getLocalPort(), Map.of())) {
                assertThatThrownBy(broker::start)
                        .isInstanceOf(EmbeddedBroker.StartFailed.class)
                        .hasMessageContaining("Port " + taken.getLocalPort())
                        .hasMessageContaining("is taken");
            }
        }

        @Test
        void aFolderThatIsNoneIsNamed() throws IOException {
            Path file = Files.writeString(folder.resolve("file"), "");
            try (EmbeddedBroker broker = EmbeddedBroker.in(file)) {
                assertThatThrownBy(broker::start)
                        .isInstanceOf(EmbeddedBroker.StartFailed.class)
                        .hasMessageContaining(file.toString());
            }
        }
    }

    @Nested
    class WhenKafkaWouldEndTheProcess {
        @Test
        void theOwnerIsToldInstead() {
            try (EmbeddedBroker broker = EmbeddedBroker.in(folder)) {
                broker.start();

                assertThatThrownBy(() -> Exit.halt(1, "all log directories failed"))
                        .isInstanceOf(IllegalStateException.class);

                assertThat(broker.failure().toCompletableFuture()).isCompletedWithValue("all log directories failed");
            }
        }
    }

    private static String clusterId(String servers) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            return admin.describeCluster().clusterId().get();
        }
    }

    private static void createTopic(String servers) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            admin.createTopics(List.of(new NewTopic("t", 1, (short) 1))).all().get();
        }
    }

    private static void produce(String servers, String value) throws Exception {
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", servers), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>("t", value.getBytes(UTF_8))).get();
        }
    }

    private static List<String> values(String servers, long count) {
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", servers),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition("t", 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            List<String> values = new java.util.ArrayList<>();
            long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (values.size() < count && System.nanoTime() < end) {
                for (ConsumerRecord<byte[], byte[]> r : consumer.poll(Duration.ofMillis(200))) {
                    values.add(new String(r.value(), UTF_8));
                }
            }
            return values;
        }
    }
}
