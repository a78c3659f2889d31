// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.enqueue;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.job.JobRecord;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.gateway.ops.GatewayMetrics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.producer.KafkaProducer;
import io.vertx.kafka.client.producer.KafkaProducerRecord;
import io.vertx.kafka.client.producer.RecordMetadata;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes to {@code pull.jobs}. A future completes when every in-sync replica has the record, and fails within the
 * timeout when Kafka does not say so.
 */
public final class JobPublisher {
    private static final long CLOSE_MILLIS = 2_000;

    private final Vertx vertx;
    private final Map<String, String> settings;
    private final String topic;
    private final GatewayMetrics metrics;
    private volatile @Nullable KafkaProducer<String, byte[]> producer;

    /** One that refuses everything before it is opened. */
    public JobPublisher(
            Vertx vertx, Map<String, String> kafka, Topics topics, Duration timeout, GatewayMetrics metrics) {
        this.vertx = vertx;
        this.settings = new HashMap<>(kafka);
        String millis = Long.toString(timeout.toMillis());
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        settings.put(ProducerConfig.LINGER_MS_CONFIG, "0");
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis);
        settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class.getName());
        settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        this.topic = topics.jobs();
        this.metrics = metrics;
    }

    /** Opens a producer of its own; fails where the addresses of Kafka cannot be looked up. Repeats do nothing. */
    public Future<Void> open() {
        if (producer != null) {
            return Future.succeededFuture();
        }
        return vertx.executeBlocking(
                        () -> {
                            KafkaProducer<String, byte[]> opened = KafkaProducer.create(vertx, settings);
                            // Every failure is told to whoever sent; else Vert.x would log each as unhandled.
                            opened.exceptionHandler(_ -> {});
                            producer = opened;
                            return true;
                        },
                        false)
                .mapEmpty();
    }

    /** Where a record of {@code pull.jobs} stands. */
    public record Written(int partition, long offset) {}

    /** A new job, with its id as the key. */
    public Future<Written> publish(PullJob job) {
        return send(job, null);
    }

    /**
     * What is to be done with a job: a cancel or a pause.
     *
     * @param partition that the job itself stands in: whoever owns the job must read this too, and its producer may
     *     have had a partitioner of its own
     */
    public Future<Written> publish(JobRecord order, int partition) {
        return send(order, partition);
    }

    private Future<Written> send(JobRecord record, @Nullable Integer partition) {
        KafkaProducer<String, byte[]> opened = producer;
        if (opened == null) {
            return Future.failedFuture("Kafka has not answered yet");
        }
        Future<RecordMetadata> sent =
                opened.send(KafkaProducerRecord.create(topic, record.id(), ContractJson.write(record), partition));
        return sent.onSuccess(_ -> metrics.jobsEnqueued().increment())
                .map(metadata -> new Written(metadata.getPartition(), metadata.getOffset()));
    }

    /** Closes the producer; what is under way has two seconds, so that the whole process stops in time. */
    public Future<Void> close() {
        KafkaProducer<String, byte[]> opened = producer;
        return opened == null ? Future.succeededFuture() : opened.close(CLOSE_MILLIS);
    }
}
