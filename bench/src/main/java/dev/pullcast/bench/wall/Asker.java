// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.wall;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.kafka.Topics;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A program that wants images: {@code Asker BOOTSTRAP_SERVERS}. For each image that it reads from its input it writes a
 * job to {@code pull.jobs}, waits for the terminal record on {@code pull.results}, and prints a line: nanoseconds from
 * before the one to after the other, then milliseconds of the hops (request to worker, worker to engine, engine, end to
 * here), then how it ended.
 */
public final class Asker {
    private static final Topics TOPICS = Topics.DEFAULT;

    private Asker() {}

    /** Ends with its input. */
    public static void main(String[] args) throws IOException {
        Map<String, Object> producing =
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, args[0], ProducerConfig.LINGER_MS_CONFIG, 0);
        Map<String, Object> consuming = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, args[0],
                ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        try (var producer = new KafkaProducer<>(producing, new StringSerializer(), new ByteArraySerializer());
                var consumer = new KafkaConsumer<>(consuming, new StringDeserializer(), new ByteArrayDeserializer());
                var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            List<TopicPartition> all = consumer.partitionsFor(TOPICS.results()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(all);
            consumer.seekToEnd(all);
            all.forEach(consumer::position);
            System.out.println("ready " + args[0]);
            for (String image = input.readLine(); image != null; image = input.readLine()) {
                System.out.println("pull " + ask(image, producer, consumer));
            }
        }
    }

    private static String ask(
            String image, KafkaProducer<String, byte[]> producer, KafkaConsumer<String, byte[]> consumer) {
        String id = UlidCreator.getUlid().toString();
        // What earlier pulls left, so that this one waits for nothing but its own.
        consumer.poll(Duration.ZERO);
        Instant requested = Instant.now();
        long start = System.nanoTime();
        PullJob job = PullJob.of(id, List.of(ImageRequest.of(image)));
        var _ = producer.send(new ProducerRecord<>(TOPICS.jobs(), id, ContractJson.write(job)));
        while (true) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                if (record.key().startsWith(id + '/')) {
                    long nanos = System.nanoTime() - start;
                    return line(nanos, requested, Instant.now(), ContractJson.readEvent(record.value()));
                }
            }
        }
    }

    private static String line(long nanos, Instant requested, Instant consumed, PullEvent event) {
        if (!(event instanceof PullEvent.Succeeded succeeded)) {
            return nanos + " 0 0 0 0 " + new String(ContractJson.write(event), StandardCharsets.UTF_8);
        }
        Instant ended = succeeded.origin().time();
        long engine = succeeded.downloadMillis() + succeeded.extractMillis();
        Instant queued = ended.minusMillis(engine + succeeded.queueMillis());
        return String.format(
                Locale.ROOT,
                "%d %d %d %d %d succeeded",
                nanos,
                Duration.between(requested, queued).toMillis(),
                succeeded.queueMillis(),
                engine,
                Duration.between(ended, consumed).toMillis());
    }
}
