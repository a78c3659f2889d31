// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.standalone.EmbeddedBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CoordinatorOutageIT {
    @TempDir
    Path folder;

    @Test
    void itOutlivesItsBrokerAndWorksOnWhenThatIsBack() throws Exception {
        int port = freePort();
        Coordinator coordinator = null;
        try (EmbeddedBroker first = new EmbeddedBroker(folder, port, Map.of())) {
            String servers = first.start();
            createTopics(servers);
            coordinator =
                    new Coordinator(CoordinatorProcess.config(Map.of("bootstrap.servers", servers), Topics.DEFAULT));
            coordinator.start().await(20, TimeUnit.SECONDS);
        }
        Coordinator survivor = coordinator;
        await().atMost(Duration.ofSeconds(10)).until(() -> !survivor.health().ready());
        try (EmbeddedBroker second = new EmbeddedBroker(folder, port, Map.of())) {
            String servers = second.start();
            write(servers, Topics.DEFAULT.workers(), "a", Given.worker("a", Instant.now()));
            write(servers, Topics.DEFAULT.jobs(), Given.JOB, Given.job("alpine"));

            await().atMost(Duration.ofSeconds(30)).until(() -> survivor.health().openJobs(), open -> open == 1);
            await().atMost(Duration.ofSeconds(10)).until(() -> survivor.health().ready());
        } finally {
            survivor.close().await(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void withoutABrokerItClosesWithinThreeSeconds() throws Exception {
        Coordinator coordinator = new Coordinator(
                CoordinatorProcess.config(Map.of("bootstrap.servers", "127.0.0.1:" + freePort()), Topics.DEFAULT));
        coordinator.start();
        long before = System.nanoTime();

        coordinator.close().await(5, TimeUnit.SECONDS);

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(3));
        assertThat(coordinator.health()).isEqualTo(CoordinatorHealth.DOWN);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void createTopics(String servers) throws Exception {
        Topics topics = Topics.DEFAULT;
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            admin.createTopics(Stream.of(
                                    topics.jobs(),
                                    topics.tasks(),
                                    topics.events(),
                                    topics.results(),
                                    topics.workers(),
                                    topics.sets(),
                                    topics.coordinator(),
                                    topics.fleet(),
                                    topics.rejected())
                            .map(name -> new NewTopic(name, 2, (short) 1))
                            .toList())
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }
    }

    private static void write(String servers, String topic, String key, Object value) throws Exception {
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", servers), new StringSerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, key, ContractJson.write(value)))
                    .get(20, TimeUnit.SECONDS);
        }
    }
}
