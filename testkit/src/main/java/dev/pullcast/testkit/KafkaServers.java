// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import dev.pullcast.standalone.EmbeddedBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/** The one broker that all tests of a process share, started when the first one asks, stopped with the process. */
final class KafkaServers {
    private static final String IMAGE = "apache/kafka:4.3.1";

    private KafkaServers() {}

    static String bootstrapServers() {
        return Shared.SERVERS;
    }

    private static final class Shared {
        static final String SERVERS = inContainer() ? startContainer() : startEmbedded();

        private static boolean inContainer() {
            String how = System.getenv().getOrDefault("PULLCAST_TEST_KAFKA", "embedded");
            return switch (how) {
                case "embedded" -> false;
                case "container" -> true;
                default ->
                    throw new IllegalArgumentException(
                            "PULLCAST_TEST_KAFKA is '" + how + "'; it must be embedded or container");
            };
        }

        private static String startEmbedded() {
            try {
                Path folder = Files.createTempDirectory("pullcast-test-kafka");
                EmbeddedBroker broker = EmbeddedBroker.in(folder);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    broker.close();
                    delete(folder);
                }));
                return broker.start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @SuppressWarnings("resource") // stopped with the process
        private static String startContainer() {
            KafkaContainer container = new KafkaContainer(DockerImageName.parse(IMAGE))
                    .withEnv("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0")
                    .withEnv("KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS", "500");
            Runtime.getRuntime().addShutdownHook(new Thread(container::stop));
            container.start();
            return container.getBootstrapServers();
        }

        private static void delete(Path folder) {
            try (Stream<Path> all = Files.walk(folder)) {
                all.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(file -> {
                    if (!file.delete()) {
                        file.deleteOnExit();
                    }
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
