// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.job.StandingSet;
import dev.pullcast.contract.kafka.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * Rebuilds ledgers from the compacted topics {@code pull.coordinator} and {@code pull.sets}. Reads up to the real end of
 * each partition and so waits for what the previous owner was writing when it died: its transaction is either all there
 * or not at all.
 */
final class ChangelogReader {
    private static final Logger LOG = LoggerFactory.getLogger(ChangelogReader.class);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration POLL_TIMEOUT = Duration.ofMillis(200);

    private final Topics topics;
    private final Clients clients;
    /** Sees where partitions really end; it is the session's. */
    private final Consumer<byte[], byte[]> ends;

    ChangelogReader(Topics topics, Clients clients, Consumer<byte[], byte[]> ends) {
        this.topics = topics;
        this.clients = clients;
        this.ends = ends;
    }

    /**
     * The ledgers of these partitions as their last owner left them.
     *
     * @param fresh makes an empty ledger
     * @throws IllegalStateException if Kafka gives no more records though there are more
     */
    Map<Integer, JobLedger> restore(Collection<Integer> partitions, IntFunction<JobLedger> fresh) {
        Map<Integer, Map<String, byte[]>> jobs = newest(topics.coordinator(), partitions);
        Map<Integer, Map<String, byte[]>> sets = newest(topics.sets(), partitions);
        Map<Integer, JobLedger> ledgers = new TreeMap<>();
        for (int partition : partitions) {
            JobLedger ledger = fresh.apply(partition);
            ledger.restore(read(jobs.getOrDefault(partition, Map.of()), JobEntry.class));
            read(sets.getOrDefault(partition, Map.of()), StandingSet.class)
                    .values()
                    .forEach(ledger::restoreSet);
            ledgers.put(partition, ledger);
        }
        return ledgers;
    }

    private static <T> Map<String, T> read(Map<String, byte[]> values, Class<T> type) {
        Map<String, T> read = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            try {
                read.put(key, ContractJson.mapper().readValue(value, type));
            } catch (JacksonException e) {
                LOG.warn("Skipped {} of the changelog, which is no {}: {}", key, type.getSimpleName(), e.toString());
            }
        });
        return read;
    }

    /** The newest value of each key, without keys whose newest is a tombstone. */
    private Map<Integer, Map<String, byte[]>> newest(String topic, Collection<Integer> partitions) {
        Map<Integer, Map<String, byte[]>> newest = new HashMap<>();
        List<TopicPartition> all =
                partitions.stream().map(p -> new TopicPartition(topic, p)).toList();
        Map<TopicPartition, Long> begins = ends.beginningOffsets(all);
        Map<TopicPartition, Long> open = new HashMap<>(ends.endOffsets(all));
        open.entrySet().removeIf(end -> end.getValue() <= begins.getOrDefault(end.getKey(), 0L));
        if (open.isEmpty()) {
            return newest;
        }
        Consumer<byte[], byte[]> reader = clients.committedReader();
        try {
            reader.assign(open.keySet());
            reader.seekToBeginning(open.keySet());
            read(reader, open, record -> {
                Map<String, byte[]> values = newest.computeIfAbsent(record.partition(), _ -> new LinkedHashMap<>());
                String key = new String(record.key(), UTF_8);
                byte[] value = record.value();
                if (value == null) {
                    values.remove(key);
                } else {
                    values.put(key, value);
                }
            });
        } finally {
            Clients.close(reader, POLL_TIMEOUT);
        }
        return newest;
    }

    private static void read(
            Consumer<byte[], byte[]> reader,
            Map<TopicPartition, Long> open,
            java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> sink) {
        long movedAt = System.nanoTime();
        while (!open.isEmpty()) {
            var records = reader.poll(POLL_TIMEOUT);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                if (record.key() != null) {
                    sink.accept(record);
                }
            }
            boolean moved = open.entrySet().removeIf(e -> reader.position(e.getKey()) >= e.getValue());
            if (moved || !records.isEmpty()) {
                movedAt = System.nanoTime();
            } else if (System.nanoTime() - movedAt > READ_TIMEOUT.toNanos()) {
                throw new IllegalStateException("Kafka gives no more of " + open.keySet()
                        + ", though there is more: an open transaction or an unavailable broker");
            }
        }
    }
}
