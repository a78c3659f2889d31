// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.consumer.KafkaReadStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One consumer without a group that reads fixed partitions from fixed offsets, batch by batch. A batch is handed over on
 * the context given; the next is fetched when the last has been taken, so that a busy reader slows only itself.
 */
final class TopicReader {
    private static final Logger LOG = LoggerFactory.getLogger(TopicReader.class);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final long PAUSE_AFTER_FAILURE_MILLIS = 1_000;

    private final Vertx vertx;
    private final Context context;
    private final KafkaReadStream<byte[], byte[]> stream;
    private final AtomicBoolean closed = new AtomicBoolean();

    TopicReader(Vertx vertx, Context context, Map<String, String> kafka, int batch) {
        this.vertx = vertx;
        this.context = context;
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        // A topic that is gone must not come back with the broker's settings.
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, batch);
        settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 250);
        this.stream = KafkaReadStream.create(vertx, settings);
    }

    /** Takes the partitions and goes to these offsets. */
    Future<Void> assign(Map<TopicPartition, Long> from) {
        return stream.assign(from.keySet()).compose(_ -> seek(from));
    }

    Future<Void> seek(Map<TopicPartition, Long> from) {
        return Future.all(from.entrySet().stream()
                        .map(entry -> stream.seek(entry.getKey(), entry.getValue()))
                        .toList())
                .mapEmpty();
    }

    /** Reads until closed. A failure is handed over, then reading goes on. */
    void run(Consumer<ConsumerRecords<byte[], byte[]>> batches, Consumer<Throwable> failures) {
        if (closed.get()) {
            return;
        }
        stream.poll(POLL)
                .onComplete(result -> context.runOnContext(_ -> {
                    if (closed.get()) {
                        return;
                    }
                    if (result.succeeded()) {
                        take(batches, result.result());
                        run(batches, failures);
                    } else {
                        failures.accept(result.cause());
                        vertx.setTimer(PAUSE_AFTER_FAILURE_MILLIS, _ -> run(batches, failures));
                    }
                }));
    }

    private static void take(
            Consumer<ConsumerRecords<byte[], byte[]>> batches, ConsumerRecords<byte[], byte[]> records) {
        try {
            batches.accept(records);
        } catch (RuntimeException e) {
            // A fault of ours; it must not stop everybody's events.
            LOG.error("a batch could not be taken", e);
        }
    }

    /** One batch, perhaps an empty one; completes on the context given. */
    Future<ConsumerRecords<byte[], byte[]>> next() {
        Promise<ConsumerRecords<byte[], byte[]>> promise = Promise.promise();
        stream.poll(POLL).onComplete(result -> context.runOnContext(_ -> promise.handle(result)));
        return promise.future();
    }

    Future<Void> close() {
        return closed.compareAndSet(false, true) ? stream.close() : Future.succeededFuture();
    }
}
