// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.standalone;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.testkit.DevEngine;
import dev.pullcast.testkit.SseProbe;
import java.io.IOException;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import tools.jackson.databind.JsonNode;

/** What anybody outside of Pullcast can see: its streams, its topics, the registry. */
final class Outside {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final String MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

    private Outside() {}

    /** The events of a stream up to and with the job's last one. */
    static List<PullEvent> untilCompleted(SseProbe stream, String job) {
        List<PullEvent> events = new ArrayList<>();
        for (Optional<SseProbe.Block> block = stream.next(); block.isPresent(); block = stream.next()) {
            String kind = block.get().event();
            if (kind.startsWith("pull.") || kind.startsWith("job.") || kind.equals("layer")) {
                PullEvent event = ContractJson.readEvent(block.get().data().getBytes(StandardCharsets.UTF_8));
                if (event.jobId().equals(job)) {
                    events.add(event);
                    if (event instanceof PullEvent.JobCompleted) {
                        return events;
                    }
                }
            }
        }
        throw new AssertionError("the stream ended before the job");
    }

    /** The same from the topic, read by a consumer that knows nothing of gateways. */
    static List<PullEvent> fromTopic(String bootstrapServers, String topic, String job) {
        try (KafkaConsumer<String, byte[]> consumer = fromBeginning(bootstrapServers, topic)) {
            List<PullEvent> events = new ArrayList<>();
            long deadline = System.nanoTime() + BOUND.toNanos();
            while (System.nanoTime() < deadline) {
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    PullEvent event = ContractJson.readEvent(record.value());
                    if (event.jobId().equals(job)) {
                        events.add(event);
                    }
                }
                if (events.stream().anyMatch(PullEvent.JobCompleted.class::isInstance)) {
                    return events;
                }
            }
            throw new AssertionError("no job.completed on " + topic + " within " + BOUND + ": " + events);
        }
    }

    /** All values that are on a topic now. */
    static List<byte[]> valuesOf(String bootstrapServers, String topic) {
        try (KafkaConsumer<String, byte[]> consumer = fromBeginning(bootstrapServers, topic)) {
            Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
            List<byte[]> values = new ArrayList<>();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
            }
            return values;
        }
    }

    private static KafkaConsumer<String, byte[]> fromBeginning(String bootstrapServers, String topic) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "isolation.level",
                "read_committed",
                "auto.offset.reset",
                "none");
        KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = IntStream.range(
                        0, consumer.partitionsFor(topic).size())
                .mapToObj(i -> new TopicPartition(topic, i))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }

    /** The sum of the layers in an image's manifest, in bytes, as the registry has it. */
    static long bytesInRegistry(DevEngine engine, String repository, String digest) throws IOException {
        URLConnection connection = URI.create(
                        "http://" + engine.registry() + "/v2/" + repository + "/manifests/" + digest)
                .toURL()
                .openConnection();
        connection.setRequestProperty("Accept", MANIFEST);
        try (var in = connection.getInputStream()) {
            long sum = 0;
            for (JsonNode layer : ContractJson.mapper().readTree(in).path("layers")) {
                sum += layer.path("size").asLong();
            }
            return sum;
        }
    }

    /** What the registry says a tag is now. */
    static String digestInRegistry(DevEngine engine, String repository, String tag) throws IOException {
        URLConnection connection = URI.create("http://" + engine.registry() + "/v2/" + repository + "/manifests/" + tag)
                .toURL()
                .openConnection();
        connection.setRequestProperty("Accept", MANIFEST);
        try (var in = connection.getInputStream()) {
            in.readAllBytes();
        }
        String digest = connection.getHeaderField("Docker-Content-Digest");
        if (digest == null) {
            throw new AssertionError("the registry named no digest");
        }
        return digest;
    }
}
