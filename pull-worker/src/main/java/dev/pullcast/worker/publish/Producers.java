// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.publish;

import dev.pullcast.contract.kafka.TopicSetup;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.producer.KafkaProducer;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The worker's one Kafka producer. */
public final class Producers {
    private Producers() {}

    /**
     * Idempotent, acknowledged by all replicas, and patient: a record that Kafka cannot take now waits in the producer,
     * in order, however long Kafka is away.
     *
     * @param client settings of Kafka clients; what this contract needs is set over them
     */
    public static KafkaProducer<String, byte[]> create(Vertx vertx, Map<String, String> client) {
        Map<String, String> config = new HashMap<>(client);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, String.valueOf(Integer.MAX_VALUE));
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, String.valueOf(Long.MAX_VALUE));
        config.putIfAbsent(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, String.valueOf(TopicSetup.MAX_MESSAGE_BYTES));
        config.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, "0");
        KafkaProducer<String, byte[]> producer =
                KafkaProducer.create(vertx, config, new StringSerializer(), new ByteArraySerializer());
        producer.exceptionHandler(_ -> {
            // every send has a future of its own that says so
        });
        return producer;
    }
}
