// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.job.StandingSet;
import dev.pullcast.contract.kafka.JobPlacement;
import dev.pullcast.contract.kafka.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * Reads the state of partitions back from the topics: jobs that were handled, the tasks that were given for those that
 * may be open, then results. It reads up to the real end of each partition and so waits for what the previous owner
 * was writing when it died: its transaction is either all there or not at all.
 */
final class Restore {
    private static final Logger LOG = LoggerFactory.getLogger(Restore.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** How much clocks of gateways may differ. */
    private static final Duration SKEW = Duration.ofMinutes(5);

    /**
     * One partition, rebuilt.
     *
     * @param nextJob offset in {@code pull.jobs} from which to go on
     * @param nextResult offset in {@code pull.results} from which to go on
     * @param partitions how many there were when the oldest open job was accepted
     */
    record Restored(JobLedger ledger, long nextJob, long nextResult, int partitions) {}

    private final CoordinatorConfig config;
    private final Topics topics;
    private final Clients clients;
    /** Sees where partitions really end; it is the session's. */
    private final Consumer<byte[], byte[]> ends;

    Restore(CoordinatorConfig config, Clients clients, Consumer<byte[], byte[]> ends) {
        this.config = config;
        this.topics = config.topics();
        this.clients = clients;
        this.ends = ends;
    }

    /**
     * Rebuilds partitions.
     *
     * @param committed offsets of {@code pull.jobs}, null for a partition without one
     * @param placement as it is now
     * @param fresh makes an empty ledger
     */
    Map<Integer, Restored> restore(
            Map<TopicPartition, @Nullable OffsetAndMetadata> committed,
            JobPlacement placement,
            Function<Integer, JobLedger> fresh) {
        Instant now = config.clock().instant();
        Map<TopicPartition, Long> begins = ends.beginningOffsets(committed.keySet());
        Map<Integer, Part> parts = new TreeMap<>();
        committed.forEach((tp, offset) -> {
            long begin = begins.getOrDefault(tp, 0L);
            long next = offset == null ? begin : Math.max(begin, offset.offset());
            Watermark from = Watermark.parse(offset == null ? null : offset.metadata());
            int before = Watermark.partitionsOf(offset == null ? null : offset.metadata());
            JobPlacement then = before == 0 ? placement : new JobPlacement(before);
            parts.put(tp.partition(), new Part(fresh.apply(tp.partition()), from, begin, next, then));
        });
        try (Reading reading = new Reading()) {
            readJobs(reading, parts, placement, now);
            readTasks(reading, parts);
            readSets(reading, parts);
            Map<Integer, Long> results = readResults(reading, parts, now);
            Map<Integer, Restored> restored = new HashMap<>();
            parts.forEach((p, part) -> restored.put(
                    p, new Restored(part.ledger, part.nextJob, results.getOrDefault(p, 0L), part.then.partitions())));
            return restored;
        }
    }

    private record Part(JobLedger ledger, Watermark from, long firstJob, long nextJob, JobPlacement then) {
        /** Whether the previous owner judged a record here; it took one that is out of place to another partition. */
        boolean judged(ConsumerRecord<?, ?> record, JobInput input, JobPlacement now) {
            return now.isInPlace(record, input.id()) || then.isInPlace(record, input.id());
        }
    }

    private void readJobs(Reading reading, Map<Integer, Part> parts, JobPlacement placement, Instant now) {
        Map<TopicPartition, Long> from = new HashMap<>();
        Map<TopicPartition, Long> to = new HashMap<>();
        parts.forEach((p, part) -> {
            from.put(new TopicPartition(topics.jobs(), p), part.firstJob);
            to.put(new TopicPartition(topics.jobs(), p), part.nextJob);
        });
        reading.read(from, to, record -> {
            Part part = parts.get(record.partition());
            if (part != null) {
                JobInput input = JobInput.read(record.value(), config.rules().limits());
                Watermark place = new Watermark(record.offset(), part.from.result(), part.from.since());
                boolean aboutJob = input instanceof JobInput.Wanted || input instanceof JobInput.Bad;
                // A cancel or pause of a job that is not here changes nothing.
                if (!aboutJob || part.judged(record, input, placement)) {
                    part.ledger.restoreJob(input, place, record.offset() >= part.from.job(), now);
                }
            }
        });
    }

    /** Tasks stand by worker, so all partitions are read, from when the oldest job that may be open was accepted. */
    private void readTasks(Reading reading, Map<Integer, Part> parts) {
        long since = parts.values().stream()
                .filter(part -> part.ledger.openJobs() > 0)
                .mapToLong(part -> part.from.since().minus(SKEW).toEpochMilli())
                .min()
                .orElse(Long.MAX_VALUE);
        if (since == Long.MAX_VALUE) {
            return;
        }
        Collection<TopicPartition> all = Clients.partitions(ends, topics.tasks());
        Map<TopicPartition, Long> times = new HashMap<>();
        all.forEach(tp -> times.put(tp, Math.max(0, since)));
        Map<TopicPartition, Long> from = new HashMap<>();
        ends.offsetsForTimes(times).forEach((tp, found) -> {
            if (found != null) {
                from.put(tp, found.offset());
            }
        });
        reading.read(from, ends.endOffsets(from.keySet()), record -> {
            byte[] value = record.value();
            if (value != null) {
                tolerant(record, () -> {
                    var task = ContractJson.readTask(value);
                    parts.values().forEach(part -> part.ledger.restoreTask(task));
                });
            }
        });
    }

    private void readSets(Reading reading, Map<Integer, Part> parts) {
        List<TopicPartition> all = parts.keySet().stream()
                .map(p -> new TopicPartition(topics.sets(), p))
                .toList();
        Map<Integer, Map<String, StandingSet>> newest = new HashMap<>();
        reading.read(ends.beginningOffsets(all), ends.endOffsets(all), record -> {
            var ofPartition = newest.computeIfAbsent(record.partition(), _ -> new HashMap<>());
            String id = new String(record.key(), UTF_8);
            byte[] value = record.value();
            if (value == null) {
                ofPartition.remove(id);
            } else {
                tolerant(record, () -> ofPartition.put(id, ContractJson.readSet(value)));
            }
        });
        parts.forEach((p, part) -> newest.getOrDefault(p, Map.of()).values().forEach(part.ledger::restoreSet));
    }

    private Map<Integer, Long> readResults(Reading reading, Map<Integer, Part> parts, Instant now) {
        var all = parts.keySet().stream()
                .map(p -> new TopicPartition(topics.results(), p))
                .toList();
        Map<TopicPartition, Long> begins = ends.beginningOffsets(all);
        Map<TopicPartition, Long> to = ends.endOffsets(all);
        Map<TopicPartition, Long> from = new HashMap<>();
        begins.forEach((tp, begin) -> {
            Part part = parts.get(tp.partition());
            from.put(tp, part == null ? begin : Math.max(begin, part.from.result()));
        });
        reading.read(from, to, record -> {
            Part part = parts.get(record.partition());
            byte[] value = record.value();
            if (part != null && value != null) {
                tolerant(record, () -> part.ledger.restoreResult(ContractJson.readEvent(value), now));
            }
        });
        Map<Integer, Long> next = new HashMap<>();
        to.forEach((tp, end) -> next.put(tp.partition(), end));
        return next;
    }

    private static void tolerant(ConsumerRecord<?, ?> record, Runnable action) {
        try {
            action.run();
        } catch (JacksonException e) {
            LOG.warn(
                    "Skipped {}-{}@{}, which is not what this topic holds",
                    record.topic(),
                    record.partition(),
                    record.offset());
        }
    }

    /** A consumer that is made when there is something to read. */
    private final class Reading implements AutoCloseable {
        private @Nullable Consumer<byte[], byte[]> consumer;

        void read(
                Map<TopicPartition, Long> from,
                Map<TopicPartition, Long> to,
                java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> sink) {
            Map<TopicPartition, Long> open = new HashMap<>();
            to.forEach((tp, end) -> {
                if (from.getOrDefault(tp, end) < end) {
                    open.put(tp, end);
                }
            });
            if (open.isEmpty()) {
                return;
            }
            Consumer<byte[], byte[]> reader = consumer();
            reader.assign(open.keySet());
            open.keySet().forEach(tp -> reader.seek(tp, from.getOrDefault(tp, 0L)));
            readOn(reader, open, sink);
        }

        private void readOn(
                Consumer<byte[], byte[]> reader,
                Map<TopicPartition, Long> open,
                java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> sink) {
            long moveAt = System.nanoTime();
            while (!open.isEmpty()) {
                var records = reader.poll(Duration.ofMillis(200));
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    Long end = open.get(new TopicPartition(record.topic(), record.partition()));
                    if (end != null && record.offset() < end) {
                        sink.accept(record);
                    }
                }
                boolean moved = open.entrySet().removeIf(e -> reader.position(e.getKey()) >= e.getValue());
                if (moved || !records.isEmpty()) {
                    moveAt = System.nanoTime();
                } else if (System.nanoTime() - moveAt > PATIENCE.toNanos()) {
                    throw new IllegalStateException("Kafka gives no more of " + open.keySet()
                            + ", though there is more: an open transaction or an unavailable broker");
                }
            }
        }

        private Consumer<byte[], byte[]> consumer() {
            Consumer<byte[], byte[]> reader = consumer;
            if (reader == null) {
                reader = clients.committedReader();
                consumer = reader;
            }
            return reader;
        }

        @Override
        public void close() {
            if (consumer != null) {
                Clients.close(consumer, Duration.ofMillis(200));
            }
        }
    }
}
