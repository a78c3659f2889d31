// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.kafka.Right;
import dev.pullcast.contract.kafka.Rights;
import dev.pullcast.contract.kafka.Topics;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds and aborts hanging transactions (KIP-664): a partition holds them open although Kafka's transaction coordinator
 * has ended them, because a marker was lost. They hold up every reader of committed records for ever, and the group's
 * offsets as well.
 *
 * <p>Looks at our topics and at the partition of {@code __consumer_offsets} that has our group. A transaction counts as
 * hanging if its producer has none that is under way and the partition, asked again after that, still holds it open: the
 * transaction coordinator ends a transaction only after all partitions have taken its marker. Others' transactions in
 * our topics are treated alike.
 *
 * <p>Owned by the coordinator's thread.
 */
final class HangingTransactions {
    private static final Logger LOG = LoggerFactory.getLogger(HangingTransactions.class);
    private static final Duration MIN_AGE = Duration.ofSeconds(3);
    /** Kafka hides transactional ids that this principal may not see; none of them is open that long. */
    private static final Duration MIN_AGE_OF_UNKNOWN = Duration.ofDays(1);

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Set<TransactionState> ENDED =
            EnumSet.of(TransactionState.EMPTY, TransactionState.COMPLETE_COMMIT, TransactionState.COMPLETE_ABORT);

    private final Topics topics;
    private final InstantSource clock;
    private boolean lackReported;

    HangingTransactions(Topics topics, InstantSource clock) {
        this.topics = topics;
        this.clock = clock;
    }

    private record Open(TopicPartition partition, long producer, long startOffset) {}

    /**
     * Aborts all that there are now; blocks for some seconds at most where there are any.
     *
     * @return how many were aborted
     * @throws TimeoutException if Kafka does not answer
     */
    int abort(Admin admin) throws InterruptedException, ExecutionException, TimeoutException {
        Collection<TopicPartition> partitions = partitions(admin);
        Map<Open, ProducerState> open = open(admin, partitions);
        if (open.isEmpty()) {
            return 0;
        }
        Set<Open> suspected = suspected(admin, open);
        if (suspected.isEmpty()) {
            return 0;
        }
        Map<Open, ProducerState> still =
                open(admin, suspected.stream().map(Open::partition).collect(Collectors.toSet()));
        int aborted = 0;
        for (Open one : suspected) {
            ProducerState state = still.get(one);
            if (state != null && abort(admin, one, state)) {
                aborted++;
            }
        }
        return aborted;
    }

    private Collection<TopicPartition> partitions(Admin admin)
            throws InterruptedException, ExecutionException, TimeoutException {
        List<String> names = new ArrayList<>(List.of(
                topics.jobs(),
                topics.tasks(),
                topics.events(),
                topics.results(),
                topics.sets(),
                topics.coordinator(),
                topics.rejected()));
        names.add(Topics.GROUP_OFFSETS);
        List<TopicPartition> all = new ArrayList<>();
        for (var described : admin.describeTopics(names).topicNameValues().entrySet()) {
            String topic = described.getKey();
            try {
                int count = answer(described.getValue()).partitions().size();
                if (topic.equals(Topics.GROUP_OFFSETS)) {
                    all.add(new TopicPartition(topic, Topics.offsetsPartition(topics.coordinatorGroup(), count)));
                } else {
                    for (int i = 0; i < count; i++) {
                        all.add(new TopicPartition(topic, i));
                    }
                }
            } catch (ExecutionException e) {
                passOver(e);
            }
        }
        return all;
    }

    /** Transactions that partitions hold open. */
    private Map<Open, ProducerState> open(Admin admin, Collection<TopicPartition> partitions)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<Open, ProducerState> open = new HashMap<>();
        var asked = admin.describeProducers(partitions);
        for (TopicPartition partition : partitions) {
            try {
                for (ProducerState state :
                        answer(asked.partitionResult(partition)).activeProducers()) {
                    state.currentTransactionStartOffset()
                            .ifPresent(start -> open.put(new Open(partition, state.producerId(), start), state));
                }
            } catch (ExecutionException e) {
                passOver(e);
            }
        }
        return open;
    }

    /** Those whose producers have no transaction under way, as soon as all of them are old enough. */
    private Set<Open> suspected(Admin admin, Map<Open, ProducerState> open)
            throws InterruptedException, ExecutionException, TimeoutException {
        Set<Long> producers = open.keySet().stream().map(Open::producer).collect(Collectors.toSet());
        Map<Long, TransactionState> states = new HashMap<>();
        for (TransactionListing listing :
                answer(admin.listTransactions(new ListTransactionsOptions().filterProducerIds(producers))
                        .all())) {
            states.put(listing.producerId(), listing.state());
        }
        Instant now = clock.instant();
        Duration wait = Duration.ZERO;
        Set<Open> suspected = new HashSet<>();
        for (var entry : open.entrySet()) {
            Duration age =
                    Duration.between(Instant.ofEpochMilli(entry.getValue().lastTimestamp()), now);
            TransactionState state = states.get(entry.getKey().producer());
            if (state == null ? age.compareTo(MIN_AGE_OF_UNKNOWN) > 0 : ENDED.contains(state)) {
                suspected.add(entry.getKey());
                Duration young = MIN_AGE.minus(age);
                wait = young.compareTo(wait) > 0 ? young : wait;
            }
        }
        // Clocks of producers may be ahead.
        TimeUnit.MILLISECONDS.sleep(Math.min(wait.toMillis(), MIN_AGE.toMillis()));
        return suspected;
    }

    private boolean abort(Admin admin, Open one, ProducerState state) throws InterruptedException, TimeoutException {
        try {
            answer(admin.abortTransaction(new AbortTransactionSpec(
                            one.partition(),
                            one.producer(),
                            (short) state.producerEpoch(),
                            state.coordinatorEpoch().orElse(0)))
                    .all());
            LOG.warn(
                    "Aborted a hanging transaction of producer {} in {} from offset {}: Kafka had ended it without"
                            + " telling this partition. Its records there are not read.",
                    one.producer(),
                    one.partition(),
                    one.startOffset());
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                LOG.warn(
                        "A transaction hangs in {} (producer {}, from offset {}) and stops what reads there; this"
                                + " principal may not abort it. {}",
                        one.partition(),
                        one.producer(),
                        one.startOffset(),
                        grant());
            } else {
                LOG.warn("Cannot abort the hanging transaction in {}: {}", one.partition(), e.getCause());
            }
            return false;
        }
    }

    /** What this principal may not look at is left out, and reported once. */
    private void passOver(ExecutionException e) throws ExecutionException {
        if (e.getCause() instanceof AuthorizationException) {
            if (!lackReported) {
                lackReported = true;
                LOG.warn(
                        "Cannot look for hanging transactions everywhere: {}. Without that an operator must end them"
                                + " (kafka-transactions.sh). {}",
                        e.getCause().getMessage(),
                        grant());
            }
        } else if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
            throw e;
        }
    }

    private String grant() {
        return Rights.ofRepair(topics).stream()
                .map(Right::command)
                .collect(Collectors.joining(System.lineSeparator(), "Grant it so:" + System.lineSeparator(), ""));
    }

    private static <T> T answer(KafkaFuture<T> future)
            throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }
}
