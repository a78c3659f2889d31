// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.fleet;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.kafka.EventHeaders;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.contract.worker.EngineFacts;
import dev.pullcast.contract.worker.WorkerStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Many workers in one process: each says hello and beats, takes the tasks with its key, and tells of its pulls in events
 * and results, all with the codecs of the contract. They share one producer and one consumer, which is what real ones
 * do not: for the gateway there is no difference. Told what to do line by line on standard input:
 *
 * <pre>
 * rate N    events a second from now on, by turns from all open pulls; 0 stops them
 * report    answers how many events were written, and how many pulls are open
 * </pre>
 */
public final class Workers {
    private static final String INCARNATION = "01BENCH";
    private static final EngineFacts ENGINE = new EngineFacts(
            "docker", "28.5.1", "1.51", "linux", "amd64", "overlay2", "/var/lib/docker", 250_000_000_000L);
    private static final Duration POLL = Duration.ofMillis(100);

    private final Topics topics = Topics.DEFAULT;
    private final int first;
    private final int count;
    private final int heartbeatSeconds;
    private final Instant startedAt = now();
    private final KafkaProducer<String, byte[]> producer;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Map<String, Integer> own = new HashMap<>();
    private final Queue<SimulatedPull> pulls = new ConcurrentLinkedQueue<>();
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong open = new AtomicLong();
    private volatile double rate;

    private Workers(String servers, int first, int count, int heartbeatSeconds) {
        this.first = first;
        this.count = count;
        this.heartbeatSeconds = heartbeatSeconds;
        for (int i = 0; i < count; i++) {
            own.put(id(i), i);
        }
        // As a worker's own (publish.Producers).
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", servers, "acks", "all", "enable.idempotence", "true", "linger.ms", "0"),
                new StringSerializer(),
                new ByteArraySerializer());
        consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        servers,
                        "isolation.level",
                        "read_committed",
                        "enable.auto.commit",
                        "false",
                        "auto.offset.reset",
                        "earliest"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
    }

    /** Bootstrap servers, number of the first worker, how many, seconds between heartbeats. */
    public static void main(String[] args) throws IOException {
        Workers workers =
                new Workers(args[0], Integer.parseInt(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
        Thread.ofPlatform().daemon().name("heartbeats").start(workers::beat);
        Thread.ofPlatform().daemon().name("tasks").start(workers::takeTasks);
        Thread.ofPlatform().daemon().name("engines").start(workers::tell);
        workers.listen();
        System.exit(0);
    }

    /** The same for every process, so that numbers do not overlap. */
    private String id(int index) {
        return "worker-%05d".formatted(first + index);
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    private void listen() throws IOException {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ", -1);
                switch (words[0]) {
                    case "rate" -> {
                        rate = Double.parseDouble(words[1]);
                        System.out.println("ok");
                    }
                    case "report" -> System.out.println(written.get() + " " + open.get());
                    default -> throw new IllegalArgumentException(line);
                }
            }
        }
    }

    /** Evenly: each worker at its own moment of the interval. */
    private void beat() {
        long step = heartbeatSeconds * 1_000_000_000L / count;
        long due = System.nanoTime();
        for (int i = 0; ; i = (i + 1) % count) {
            awaitNanos(due);
            due += step;
            WorkerStatus status = new WorkerStatus(
                    id(i),
                    INCARNATION,
                    WorkerStatus.State.READY,
                    Map.of("zone", "z" + i % 10),
                    startedAt,
                    now(),
                    heartbeatSeconds,
                    ENGINE,
                    0,
                    0,
                    "bench");
            send(new ProducerRecord<>(topics.workers(), id(i), ContractJson.write(status)));
        }
    }

    private void takeTasks() {
        List<TopicPartition> all = consumer.partitionsFor(topics.tasks()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(all);
        consumer.seekToBeginning(all);
        while (true) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                if (own.containsKey(record.key())
                        && ContractJson.readTask(record.value()) instanceof TaskRecord.PullTask task) {
                    open.addAndGet(task.pulls().size());
                    task.pulls().forEach(pull -> pulls.add(new SimulatedPull(task, pull, INCARNATION)));
                }
            }
        }
    }

    /** One event of one pull after the other, at the rate that is wanted now. */
    private void tell() {
        long due = System.nanoTime();
        while (true) {
            double wanted = rate;
            SimulatedPull pull = wanted > 0 ? pulls.poll() : null;
            if (pull == null) {
                LockSupport.parkNanos(1_000_000);
                due = System.nanoTime();
                continue;
            }
            awaitNanos(due);
            due += (long) (1e9 / wanted);
            PullEvent.OfPull event = pull.next(now());
            publish(event, pull.partition());
            if (event.isTerminal()) {
                open.decrementAndGet();
            } else {
                pulls.add(pull);
            }
        }
    }

    private void publish(PullEvent.OfPull event, int partition) {
        PullOrigin origin = event.origin();
        byte[] value = ContractJson.write(event);
        var headers = EventHeaders.of(event);
        send(new ProducerRecord<>(topics.events(), partition, origin.job(), value, headers));
        if (event.isTerminal()) {
            String key = Topics.resultKey(origin.job(), origin.worker(), origin.pull());
            send(new ProducerRecord<>(topics.results(), partition, key, value, headers));
        }
        written.incrementAndGet();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the callback is told
    private void send(ProducerRecord<String, byte[]> record) {
        producer.send(record, (_, failure) -> {
            if (failure != null) {
                System.err.println("a record was not written: " + failure);
            }
        });
    }

    private static void awaitNanos(long due) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
