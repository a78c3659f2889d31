// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.enqueue;

import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.gateway.tenants.FleetKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fleet's key in {@code pull.fleet}: made once by the first gateway that finds none. Gateways that start at the same
 * moment may each write one; the first in partition 0 counts for all, and compaction keeps it because each has a record
 * key of its own.
 */
public final class FleetKeyTopic {
    private static final Logger LOG = LoggerFactory.getLogger(FleetKeyTopic.class);
    private static final int PARTITION = 0;
    private static final String TIMEOUT_MILLIS = "10000";
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private FleetKeyTopic() {}

    /**
     * Reads the key, or makes it. Blocks: never call it on an event loop.
     *
     * @param kafka how to connect
     * @throws KafkaException when Kafka does not answer, or refuses
     */
    public static FleetKey load(Map<String, String> kafka, Topics topics) {
        TopicPartition place = new TopicPartition(topics.fleet(), PARTITION);
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(kafka)) {
            consumer.assign(List.of(place));
            Optional<FleetKey> known = first(consumer, place);
            if (known.isPresent()) {
                return known.get();
            }
            make(kafka, place);
            return first(consumer, place)
                    .orElseThrow(() -> new KafkaException(
                            "the fleet's key was written to " + place + " and cannot be read there"));
        }
    }

    private static Optional<FleetKey> first(KafkaConsumer<byte[], byte[]> consumer, TopicPartition place) {
        long end = consumer.endOffsets(List.of(place)).getOrDefault(place, 0L);
        consumer.seekToBeginning(List.of(place));
        long until = System.nanoTime() + TIMEOUT.toNanos();
        while (consumer.position(place) < end) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                byte @Nullable [] value = record.value();
                if (value != null && value.length == FleetKey.BYTES) {
                    return Optional.of(new FleetKey(value));
                }
            }
            if (System.nanoTime() > until) {
                throw new KafkaException("Kafka does not give what is in " + place);
            }
        }
        return Optional.empty();
    }

    private static void make(Map<String, String> kafka, TopicPartition place) {
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, TIMEOUT_MILLIS);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, "0");
        byte[] own = UUID.randomUUID().toString().getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(place.topic(), place.partition(), own, FleetKey.random()))
                    .get(TIMEOUT.toSeconds() + 1, TimeUnit.SECONDS);
            LOG.info("made the fleet's key, once for all gateways");
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException refused ? refused : new KafkaException(e.getCause());
        } catch (TimeoutException e) {
            throw new org.apache.kafka.common.errors.TimeoutException("the fleet's key was not acknowledged", e);
        }
    }

    private static KafkaConsumer<byte[], byte[]> consumer(Map<String, String> kafka) {
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        settings.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, "8000");
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
