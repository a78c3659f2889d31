// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.kafka.JobPlacement;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.gateway.enqueue.FleetKeyTopic;
import dev.pullcast.gateway.tenants.FleetKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One membership in the group of coordinators, from joining to leaving or to the first error: read, decide, write, all
 * of it in one transaction per round. After an error nothing here is to be trusted; another session rebuilds it.
 *
 * <p>Owned by the coordinator's thread; only {@link #wakeup()} may be called from another.
 */
final class Session implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);
    /** How late a timer or a worker's hello may be noticed. */
    private static final Duration ROUND = Duration.ofMillis(100);
    /** Offsets of rounds that decided nothing are written this late. */
    private static final Duration LAZY_COMMIT = Duration.ofSeconds(5);

    private final CoordinatorConfig config;
    private final CoordinatorCounts counts;
    private final Topics topics;
    private final FleetKey fleet;
    private final Admission admission;
    private final Clients clients;
    private final Consumer<byte[], byte[]> member;
    /** Sees where partitions really end. */
    private final Consumer<byte[], byte[]> ends;

    private final Heartbeats heartbeats;
    private final Producer<byte[], byte[]> writer;
    private final ChangelogReader changelog;
    private final Outbox outbox;
    private final Budget budget = new Budget();
    private final WorkerTable workers = new WorkerTable();
    private final Map<Integer, JobLedger> ledgers = new TreeMap<>();
    private final Set<Integer> uncommitted = new HashSet<>();
    private final Set<Integer> gained = new HashSet<>();
    /** Records that wait for room in a transaction. */
    private final ArrayDeque<ConsumerRecord<byte[], byte[]>> unread = new ArrayDeque<>();
    /** Ledgers that the group took back and may give again. */
    private final Map<Integer, JobLedger> revoked = new HashMap<>();

    private int revokedAt = -1;

    private JobPlacement placement;
    private Instant lastCommit;
    private boolean joined;
    private boolean inTouch = true;
    private @Nullable Metric heartbeatAge;

    Session(CoordinatorConfig config, HangingTransactions hanging, CoordinatorCounts counts) {
        this.config = config;
        this.counts = counts;
        this.topics = config.topics();
        this.fleet = FleetKeyTopic.load(config.kafka(), topics);
        this.admission = new Admission(config.rules().tenants(), counts.refused());
        this.lastCommit = config.clock().instant();
        this.clients = new Clients(config, hanging);
        this.member = clients.member();
        this.ends = clients.plainReader();
        this.heartbeats = new Heartbeats(clients.plainReader(), topics.workers(), config.clock(), counts.disbelieved());
        this.writer = clients.writer();
        this.changelog = new ChangelogReader(topics, clients, ends);
        try {
            int taskPartitions = Clients.partitions(ends, topics.tasks()).size();
            this.outbox = new Outbox(topics, taskPartitions, config.rules().maxRecordBytes(), fleet);
            this.placement = Clients.placement(ends, topics);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Works until it is told to stop.
     *
     * @param report is told after every round
     * @throws KafkaException when Kafka refuses or does not answer; the session is of no more use then
     */
    void run(BooleanSupplier stopping, java.util.function.Consumer<CoordinatorHealth> report) {
        try {
            heartbeats.start();
            Instant now = config.clock().instant();
            takeHeartbeats(now);
            workers.inTouchAgain(now);
            writer.initTransactions();
            member.subscribe(List.of(topics.jobs(), topics.results()), new Ownership());
            while (!stopping.getAsBoolean()) {
                round();
                if (joined) {
                    report.accept(health());
                }
            }
        } catch (WakeupException e) {
            if (!stopping.getAsBoolean()) {
                throw e;
            }
        }
    }

    /** Ends a wait for records; from any thread. */
    void wakeup() {
        member.wakeup();
    }

    @Override
    public void close() {
        // An interrupt means that there is no time for good manners.
        Duration bound = Thread.interrupted() ? Duration.ZERO : Duration.ofMillis(700);
        for (Runnable part : List.<Runnable>of(
                () -> Clients.close(member, bound),
                () -> writer.close(bound),
                () -> Clients.close(ends, bound),
                () -> heartbeats.close(bound))) {
            try {
                part.run();
            } catch (KafkaException e) {
                LOG.debug("A Kafka client did not close cleanly", e);
            }
        }
    }

    private void round() {
        // A rebalance happens within poll alone, so what waits here is of partitions that are still owned.
        if (unread.isEmpty()) {
            member.poll(budget.isSpent() ? Duration.ZERO : ROUND).forEach(unread::add);
        }
        budget.reset();
        Instant now = config.clock().instant();
        for (int partition : gained) {
            offer(partition, workers.live(now), now);
        }
        // Said at once who owns it now, and the way to Kafka is warm when the first job comes.
        boolean due = uncommitted.addAll(gained);
        gained.clear();
        takeHeartbeats(now);
        lookWhetherInTouch(now);
        while (!unread.isEmpty() && !budget.isSpent()) {
            take(unread.remove(), now);
        }
        ledgers.forEach((partition, ledger) -> {
            put(partition, ledger.onTime(now), null, now);
            if (ledger.hasGarbage()) {
                uncommitted.add(partition);
            }
        });
        boolean late = !uncommitted.isEmpty() && now.isAfter(lastCommit.plus(LAZY_COMMIT));
        if (!outbox.isEmpty() || due || late) {
            commit(now);
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record, Instant now) {
        int partition = record.partition();
        JobLedger ledger = ledgers.get(partition);
        if (ledger == null) {
            throw new IllegalStateException("read from partition " + partition + " without owning it");
        }
        uncommitted.add(partition);
        if (record.topic().equals(topics.jobs())) {
            takeJob(record, ledger, now);
        } else if (record.value() != null) {
            takeResult(record, ledger, now);
        }
    }

    /** One record that cannot be judged must not keep those behind it, and those of other partitions, waiting. */
    private void takeJob(ConsumerRecord<byte[], byte[]> record, JobLedger ledger, Instant now) {
        int partition = record.partition();
        List<Output> outputs;
        try {
            String placed = JobPlacement.placed(record, fleet);
            if (placed == null && record.headers().lastHeader(JobPlacement.HEADER) != null) {
                counts.disbelieved().increment();
            }
            boolean ofSet = JobPlacement.OF_SET.equals(placed);
            JobInput input = JobInput.read(record.value(), config.rules().limits(), ofSet);
            if (isElsewhere(record, input, ledger)) {
                outbox.forward(record, placement.home(String.valueOf(input.id())), now);
                budget.spend(record.serializedValueSize());
                return;
            }
            outputs = ledger.onJob(input, now);
        } catch (KafkaException e) {
            throw e;
        } catch (RuntimeException e) {
            counts.failed().increment();
            LOG.error("{}-{}@{} cannot be judged and is rejected", record.topic(), partition, record.offset(), e);
            outputs = List.of(new Output.Reject(
                    List.of("value: could not be judged (" + e.getClass().getSimpleName() + ")")));
        }
        put(partition, outputs, record, now);
    }

    private void takeResult(ConsumerRecord<byte[], byte[]> record, JobLedger ledger, Instant now) {
        try {
            PullEvent event = ContractJson.readEvent(record.value());
            if (ResultKey.matches(record, event)) {
                put(record.partition(), ledger.onResult(event, now), null, now);
            } else {
                counts.disbelieved().increment();
                LOG.warn(
                        "Skipped {}-{}@{}: its key is not the pull that it names",
                        record.topic(),
                        record.partition(),
                        record.offset());
            }
        } catch (KafkaException e) {
            throw e;
        } catch (RuntimeException e) { // Jackson's, and what odd numbers and times lead to
            counts.failed().increment();
            LOG.warn(
                    "Skipped {}-{}@{}, which is no event: {}",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    e.getClass().getSimpleName());
        }
    }

    /** Whether another partition is to judge it: that of its id, unless this one took a job of that id before. */
    private boolean isElsewhere(ConsumerRecord<byte[], byte[]> record, JobInput input, JobLedger ledger) {
        String id = input.id();
        byte[] value = record.value();
        return id != null
                && !placement.isInPlace(record, id, fleet)
                && !ledger.knows(id)
                && value != null
                && value.length <= config.rules().maxRecordBytes();
    }

    private void put(int partition, List<Output> outputs, @Nullable ConsumerRecord<byte[], byte[]> cause, Instant now) {
        if (!outputs.isEmpty()) {
            uncommitted.add(partition);
            outbox.add(partition, outputs, cause, now);
        }
    }

    private void offer(int partition, Collection<WorkerStatus> arrived, Instant now) {
        JobLedger ledger = ledgers.get(partition);
        if (ledger != null && !arrived.isEmpty()) {
            put(partition, ledger.onWorkers(arrived, now), null, now);
        }
    }

    /**
     * Everything that was decided, the state that it led to, and how far was read for it. Committing offsets in the
     * transaction fences a coordinator that lost the partition.
     */
    private void commit(Instant now) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (int partition : uncommitted) {
            JobLedger ledger = ledgers.get(partition);
            if (ledger != null) {
                List<Output> changes = new ArrayList<>();
                ledger.takeChanges(changes);
                outbox.add(partition, changes, null, now);
            }
            TopicPartition jobs = new TopicPartition(topics.jobs(), partition);
            TopicPartition results = new TopicPartition(topics.results(), partition);
            // The metadata says whose transaction to end should this coordinator die in the next one.
            offsets.put(jobs, new OffsetAndMetadata(next(jobs), clients.transactionalId()));
            offsets.put(results, new OffsetAndMetadata(next(results)));
        }
        writer.beginTransaction();
        try {
            for (ProducerRecord<byte[], byte[]> record : outbox.take()) {
                // A record that cannot be written fails the commit, too.
                var _ = writer.send(record);
            }
            writer.sendOffsetsToTransaction(offsets, member.groupMetadata());
            writer.commitTransaction();
        } catch (KafkaException e) {
            abort(e);
            throw e;
        }
        uncommitted.clear();
        lastCommit = now;
    }

    /** Offset of the next record to handle. */
    private long next(TopicPartition tp) {
        for (ConsumerRecord<byte[], byte[]> record : unread) {
            if (record.partition() == tp.partition() && record.topic().equals(tp.topic())) {
                return record.offset();
            }
        }
        return member.position(tp);
    }

    private void abort(KafkaException cause) {
        try {
            writer.abortTransaction();
        } catch (RuntimeException e) {
            // It ends by its time-out then.
            cause.addSuppressed(e);
        }
    }

    private void takeHeartbeats(Instant now) {
        List<WorkerStatus> arrived = new ArrayList<>();
        heartbeats.take().forEach((worker, status) -> {
            if (workers.put(worker, status, now) && status != null) {
                arrived.add(status);
            }
        });
        ledgers.keySet().forEach(partition -> offer(partition, arrived, now));
    }

    private void lookWhetherInTouch(Instant now) {
        boolean before = inTouch;
        inTouch = isInTouch();
        if (inTouch && !before) {
            workers.inTouchAgain(now);
        }
    }

    private CoordinatorHealth health() {
        int open = 0;
        long lag = 0;
        for (var entry : ledgers.entrySet()) {
            open += entry.getValue().openJobs();
            lag += member.currentLag(new TopicPartition(topics.jobs(), entry.getKey()))
                    .orElse(0);
        }
        return new CoordinatorHealth(inTouch, ledgers.keySet(), open, lag);
    }

    /** An outage does not end a wait for records; that the group hears nothing of this member tells. */
    private boolean isInTouch() {
        Metric age = heartbeatAge;
        if (age == null) {
            age = member.metrics().values().stream()
                    .filter(m -> m.metricName().name().equals("last-heartbeat-seconds-ago"))
                    .findFirst()
                    .map(Metric.class::cast)
                    .orElse(null);
            heartbeatAge = age;
        }
        return age == null
                || !(age.metricValue() instanceof Number seconds)
                || seconds.doubleValue() <= config.sessionTimeout().toSeconds();
    }

    /** Follows the group's decisions; called by Kafka within {@code poll}, on the same thread. */
    private final class Ownership implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            // Between two rounds everything that counts is committed; the rest is only how far results were read.
            releaseRevoked();
            partitions.forEach(tp -> {
                JobLedger ledger = ledgers.remove(tp.partition());
                if (ledger != null) {
                    revoked.put(tp.partition(), ledger);
                }
            });
            revokedAt = member.groupMetadata().generationId();
            uncommitted.retainAll(ledgers.keySet());
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            partitions.forEach(tp -> {
                JobLedger lost = ledgers.remove(tp.partition());
                if (lost != null) {
                    lost.release();
                }
            });
            releaseRevoked();
            uncommitted.retainAll(ledgers.keySet());
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            placement = Clients.placement(ends, topics);
            Set<TopicPartition> mine = new HashSet<>(member.assignment());
            Set<TopicPartition> jobs = new HashSet<>();
            for (TopicPartition tp : partitions) {
                String other = tp.topic().equals(topics.jobs()) ? topics.results() : topics.jobs();
                if (!mine.contains(new TopicPartition(other, tp.partition()))) {
                    throw new IllegalStateException("partition " + tp + " came without that of " + other
                            + ": both topics must have the same number of partitions");
                }
                if (tp.topic().equals(topics.jobs())) {
                    jobs.add(tp);
                }
            }
            gain(jobs);
            joined = true;
        }

        private void releaseRevoked() {
            revoked.values().forEach(JobLedger::release);
            revoked.clear();
        }

        private void gain(Set<TopicPartition> jobs) {
            // In the very next generation no other member has had them in between.
            if (member.groupMetadata().generationId() == revokedAt + 1) {
                jobs.forEach(tp -> {
                    JobLedger same = revoked.remove(tp.partition());
                    if (same != null) {
                        ledgers.put(tp.partition(), same);
                    }
                });
            }
            releaseRevoked();
            Set<TopicPartition> unknown = new HashSet<>(jobs);
            unknown.removeIf(tp -> ledgers.containsKey(tp.partition()));
            if (unknown.isEmpty()) {
                return;
            }
            clients.endWhatTheDeadLeft(unknown);
            // Kafka does not tell offsets while a transaction that carries them is open: what was decided for them is
            // in the changelog, or never will be.
            member.committed(unknown);
            List<Integer> numbers =
                    unknown.stream().map(TopicPartition::partition).toList();
            ledgers.putAll(
                    changelog.restore(numbers, p -> new JobLedger(p, config.rules(), workers, budget, admission)));
            gained.addAll(numbers);
            LOG.info("Coordinates the jobs of partitions {}", new TreeSet<>(ledgers.keySet()));
        }
    }
}
