// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.fleet;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.kafka.JobPlacement;
import dev.pullcast.contract.kafka.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Everything that stands in the topics, as any consumer sees it that knows nothing of gateways: committed records only, in
 * the order of each partition, with the moment at which they came. It reads on by itself, also after Kafka was away.
 */
final class Tail implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final Topics topics = Topics.DEFAULT;
    private final List<Seen> all = new ArrayList<>();
    private final KafkaConsumer<String, byte[]> consumer;
    private final Thread thread;
    private volatile boolean closing;

    /** A record and when it came, as {@link System#nanoTime()}. */
    record Seen(String topic, int partition, long offset, String key, String value, long nanos) {
        PullEvent event() {
            return ContractJson.readEvent(bytes());
        }

        byte[] bytes() {
            return value.getBytes(StandardCharsets.UTF_8);
        }
    }

    /** Reads from the beginning; the topics exist. */
    Tail(String bootstrapServers) {
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "isolation.level",
                        "read_committed",
                        "reconnect.backoff.max.ms",
                        "200",
                        "auto.offset.reset",
                        "earliest",
                        "enable.auto.commit",
                        "false"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = Stream.of(topics.jobs(), topics.tasks(), topics.events(), topics.results())
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        this.thread = Thread.ofPlatform().daemon().name("tail").start(this::read);
    }

    private void read() {
        while (!closing) {
            List<Seen> batch = new ArrayList<>();
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                if (record.headers().lastHeader(JobPlacement.HEADER) != null) {
                    continue; // what the coordinator put in its place was not asked for once more
                }
                batch.add(new Seen(
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        record.key(),
                        new String(record.value(), StandardCharsets.UTF_8),
                        System.nanoTime()));
            }
            synchronized (all) {
                all.addAll(batch);
            }
        }
        consumer.close();
    }

    private List<Seen> of(String topic) {
        synchronized (all) {
            return all.stream().filter(seen -> seen.topic().equals(topic)).toList();
        }
    }

    /** Jobs that were asked for, by id; a job that stands there twice comes twice. */
    List<String> jobs() {
        return of(topics.jobs()).stream().map(Seen::key).toList();
    }

    /** What workers were told to do for these jobs. */
    List<TaskRecord.OfWorker> tasks(Collection<String> jobs) {
        return of(topics.tasks()).stream()
                .map(seen -> ContractJson.readTask(seen.bytes()))
                .filter(TaskRecord.OfWorker.class::isInstance)
                .map(TaskRecord.OfWorker.class::cast)
                .filter(task -> jobs.contains(task.job()))
                .toList();
    }

    /** Where a worker's task for a job stands in its partition. */
    long offsetOfTask(String job, String worker) {
        return of(topics.tasks()).stream()
                .filter(seen -> seen.key().equals(worker)
                        && ContractJson.readTask(seen.bytes()).job().equals(job))
                .mapToLong(Seen::offset)
                .findFirst()
                .orElseThrow();
    }

    /** Events of these jobs. */
    List<Seen> events(Collection<String> jobs) {
        return ofJobs(topics.events(), jobs);
    }

    /** Results of these jobs, the ends of the jobs themselves among them. */
    List<Seen> results(Collection<String> jobs) {
        return ofJobs(topics.results(), jobs);
    }

    private List<Seen> ofJobs(String topic, Collection<String> jobs) {
        return of(topic).stream()
                .filter(seen -> jobs.contains(jobOf(seen.key())))
                .toList();
    }

    /** The key of an event is its job, that of a pull's result begins with it. */
    private static String jobOf(String key) {
        int slash = key.indexOf('/');
        return slash < 0 ? key : key.substring(0, slash);
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
