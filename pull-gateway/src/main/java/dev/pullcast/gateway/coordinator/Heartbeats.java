// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pullcast.contract.kafka.HeartbeatRecord;
import dev.pullcast.contract.worker.WorkerStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code pull.workers} on a thread of its own, and keeps the newest state of each worker until it is taken. On the
 * session's thread it would be read only while that has nothing else to do: a poll that does not wait takes no more from the
 * socket than has come, ten times a second, which is too little for the heartbeats of some thousand workers.
 *
 * <p>Used by the session's thread.
 */
final class Heartbeats {
    private static final Logger LOG = LoggerFactory.getLogger(Heartbeats.class);
    private static final Duration WAIT = Duration.ofMillis(500);
    /** A fetch costs more than reading a heartbeat, so those of a large fleet are fetched several at once. */
    private static final int SEVERAL = 20;

    private static final long UNTIL_SEVERAL_NANOS = 20_000_000;

    private final Consumer<byte[], byte[]> consumer;
    private final String topic;
    private final InstantSource clock;
    private final LongAdder disbelieved;
    private final Object lock = new Object();
    /** What was read and not taken, null where a worker left; guarded by the lock. */
    private Map<String, @Nullable WorkerStatus> fresh = new LinkedHashMap<>();
    /** Why there is no more; guarded by the lock. */
    private @Nullable RuntimeException failure;

    private volatile boolean closing;
    private @Nullable Thread thread;

    /** Takes the consumer over; it is closed with this. */
    Heartbeats(Consumer<byte[], byte[]> consumer, String topic, InstantSource clock, LongAdder disbelieved) {
        this.consumer = consumer;
        this.topic = topic;
        this.clock = clock;
        this.disbelieved = disbelieved;
    }

    /** Reads all that is there now, of each worker the newest state, then goes on by itself. */
    void start() {
        List<TopicPartition> all = Clients.partitions(consumer, topic);
        consumer.assign(all);
        consumer.seekToBeginning(all);
        Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(all));
        Map<String, ConsumerRecord<byte[], byte[]>> newest = new LinkedHashMap<>();
        while (!ends.isEmpty()) {
            ends.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
            if (!ends.isEmpty()) {
                read(newest::put);
            }
        }
        // The broker's clock; workers' own may be wrong.
        newest.values().forEach(record -> put(record, Instant.ofEpochMilli(record.timestamp())));
        thread = Thread.ofPlatform().daemon().name("coordinator-heartbeats").start(this::run);
    }

    private void run() {
        try {
            while (!closing) {
                int read = read((_, record) -> put(record, clock.instant()));
                if (read > 0 && read < SEVERAL) {
                    LockSupport.parkNanos(UNTIL_SEVERAL_NANOS);
                }
            }
        } catch (WakeupException e) {
            // closing
        } catch (RuntimeException e) {
            synchronized (lock) {
                failure = e;
            }
        } finally {
            Clients.close(consumer, WAIT);
        }
    }

    /** Returns how many came. */
    private int read(BiConsumer<String, ConsumerRecord<byte[], byte[]>> sink) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(WAIT);
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.key() != null && record.key().length <= HeartbeatRecord.MAX_ID_BYTES) {
                sink.accept(new String(record.key(), UTF_8), record);
            }
        }
        return records.count();
    }

    private void put(ConsumerRecord<byte[], byte[]> record, Instant heardAt) {
        switch (HeartbeatRecord.read(record)) {
            case HeartbeatRecord.Believed(String id, var status) -> {
                boolean silent = Instant.ofEpochMilli(record.timestamp())
                        .plus(WorkerTable.MAX_SILENCE)
                        .isBefore(clock.instant());
                synchronized (lock) {
                    fresh.put(id, silent || status == null ? null : status.heardAt(heardAt));
                }
            }
            case HeartbeatRecord.Disbelieved(String reason) -> {
                disbelieved.increment();
                LOG.warn("Skipped {}-{}@{}: {}", record.topic(), record.partition(), record.offset(), reason);
            }
        }
    }

    /**
     * What came since the last call, the newest state of each worker; null where it left.
     *
     * @throws RuntimeException that ended the reading
     */
    Map<String, @Nullable WorkerStatus> take() {
        synchronized (lock) {
            if (failure != null) {
                throw failure;
            }
            Map<String, @Nullable WorkerStatus> taken = fresh;
            fresh = new LinkedHashMap<>();
            return taken;
        }
    }

    /** Ends the reading; waits for it as long as the bound, and not at all on an interrupted thread. */
    void close(Duration bound) {
        Thread reading = thread;
        if (reading == null) {
            Clients.close(consumer, bound);
            return;
        }
        closing = true;
        consumer.wakeup();
        try {
            if (!reading.join(bound)) {
                LOG.debug("The reader of heartbeats is left to end by itself");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
