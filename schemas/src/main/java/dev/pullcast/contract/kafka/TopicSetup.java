// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.kafka;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** Creates the topics that are missing when a process starts; those that exist are left as they are. */
public final class TopicSetup {
    /** Partitions of a new topic when nobody says otherwise. */
    public static final int DEFAULT_PARTITIONS = 12;

    /** Leaves the number of copies to the broker. */
    public static final short BROKERS_REPLICATION = -1;

    /** The largest record of any topic; coordinators set their producer's {@code max.request.size} to it. */
    public static final int MAX_MESSAGE_BYTES = TopicPlan.MAX_MESSAGE_BYTES;

    private static final int TIMEOUT_MILLIS = 20_000;

    /** Processes that start together create the same topics; a broker tells of another's within moments. */
    private static final int LOOKS = 100;

    private static final long BETWEEN_LOOKS_NANOS = 50_000_000;

    private static final int LEADERS_MILLIS = 5_000;

    private TopicSetup() {}

    /** What came of it. */
    public sealed interface Result {}

    /**
     * All topics are there and fit together.
     *
     * @param created names of those that were missing
     * @param partitions of each topic, by name
     */
    public record Ready(List<String> created, Map<String, Integer> partitions) implements Result {
        /** Partitions of a topic of {@link Topics}. */
        public int partitionsOf(String topic) {
            return Objects.requireNonNull(partitions.get(topic), topic);
        }
    }

    /**
     * They are not.
     *
     * @param problem for a person: what is wrong, with names and settings, and what to do
     * @param passing whether it may be gone at the next try without anybody doing anything: Kafka does not answer
     */
    public record Unusable(String problem, boolean passing) implements Result {}

    /**
     * Looks at all topics and creates the missing ones. Blocks up to about 40 s while Kafka does not answer: never call
     * it on an event loop.
     *
     * @param clientConfig how to connect, as Kafka's clients take it
     * @param topics their names
     * @param partitions of new topics; those that must be alike follow an existing one
     * @param replication copies of new topics, or {@link #BROKERS_REPLICATION}
     */
    public static Result ensure(Map<String, Object> clientConfig, Topics topics, int partitions, short replication) {
        return ensure(clientConfig, topics, partitions, replication, List.of());
    }

    /**
     * The same for a role, which also learns here what Kafka does not allow it. Topics that it has nothing to do with need
     * not be shown to it.
     *
     * @param needed what the role must be allowed, see {@link Rights}; empty for whoever only sees to the topics
     */
    public static Result ensure(
            Map<String, Object> clientConfig,
            Topics topics,
            int partitions,
            short replication,
            Collection<Right> needed) {
        TopicPlan plan = new TopicPlan(topics, partitions, replication);
        Map<String, Object> config = new LinkedHashMap<>();
        config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS / 2);
        config.putAll(clientConfig);
        try (Admin admin = Admin.create(config)) {
            List<String> created = new ArrayList<>();
            for (int look = 0; look < LOOKS; look++) {
                Optional<Result> result = look(admin, plan, new RightsCheck(needed), created);
                if (result.isPresent()) {
                    if (result.get() instanceof Ready ready) {
                        awaitLeaders(admin, ready.partitions());
                    }
                    return result.get();
                }
                LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
            }
            return new Unusable("topics that another process created cannot be looked at", true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Unusable("interrupted while looking at the topics", true);
        } catch (KafkaException e) {
            return unusable("cannot look at the topics", e);
        }
    }

    /** Empty when topics are being created, by this process or another: looking again tells what was made. */
    private static Optional<Result> look(Admin admin, TopicPlan plan, RightsCheck rights, List<String> created)
            throws InterruptedException {
        Map<String, Integer> existing = new TreeMap<>();
        Set<String> hidden = new HashSet<>();
        Map<String, KafkaFuture<TopicDescription>> answers = admin.describeTopics(
                        plan.settings().keySet(),
                        new DescribeTopicsOptions().includeAuthorizedOperations(!rights.isEmpty()))
                .topicNameValues();
        for (Map.Entry<String, KafkaFuture<TopicDescription>> answer : answers.entrySet()) {
            String topic = answer.getKey();
            try {
                TopicDescription description = answer.getValue().get();
                existing.put(topic, description.partitions().size());
                rights.shown(topic, description.authorizedOperations());
            } catch (ExecutionException e) {
                if (e.getCause() instanceof TopicAuthorizationException && !rights.isEmpty()) {
                    hidden.add(topic);
                    rights.hidden(topic);
                } else if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    return Optional.of(unusable("cannot look at " + topic, e.getCause()));
                }
            }
        }
        rights.lookBeyondTopics(admin);
        for (String problem : List.of(plan.mismatch(existing), rights.problem())) {
            if (!problem.isEmpty()) {
                return Optional.of(new Unusable(problem, false));
            }
        }
        Map<String, Integer> missing = plan.missing(existing);
        missing.keySet().removeAll(hidden);
        return missing.isEmpty()
                ? Optional.of(new Ready(List.copyOf(created), existing))
                : create(admin, plan, rights, existing, missing, created);
    }

    // One parameter for each part of what is known so far.
    private static Optional<Result> create(
            Admin admin,
            TopicPlan plan,
            RightsCheck rights,
            Map<String, Integer> existing,
            Map<String, Integer> missing,
            List<String> created)
            throws InterruptedException {
        List<NewTopic> wanted = missing.entrySet().stream()
                .map(topic -> new NewTopic(topic.getKey(), topic.getValue(), plan.replication())
                        .configs(plan.settings().get(topic.getKey())))
                .toList();
        CreateTopicsResult answers = admin.createTopics(wanted);
        Map<String, Integer> refused = new LinkedHashMap<>();
        for (Map.Entry<String, Integer> topic : missing.entrySet()) {
            try {
                Objects.requireNonNull(answers.values().get(topic.getKey())).get();
                created.add(topic.getKey());
            } catch (ExecutionException e) {
                if (e.getCause() instanceof AuthorizationException) {
                    if (rights.concerns(topic.getKey())) {
                        refused.put(topic.getKey(), topic.getValue());
                    }
                } else if (e.getCause() instanceof TopicExistsException) {
                    return Optional.empty();
                } else {
                    return Optional.of(unusable("cannot create " + topic.getKey(), e.getCause()));
                }
            }
        }
        if (!refused.isEmpty()) {
            return Optional.of(new Unusable(
                    "the topics " + String.join(", ", refused.keySet())
                            + " are missing, and Kafka does not let this principal create them. Create them so:"
                            + System.lineSeparator() + plan.commands(refused),
                    false));
        }
        if (!rights.isEmpty() && !created.isEmpty()) {
            return Optional.empty();
        }
        existing.putAll(missing);
        return Optional.of(new Ready(List.copyOf(created), existing));
    }

    /**
     * Waits until every partition's leader answers. Of a topic that was just created, by whomever, a broker may refuse a
     * producer's first request and take its second; the first is then refused until it expires, and lost
     * (<a href="https://issues.apache.org/jira/browse/KAFKA-15591">KAFKA-15591</a>). A partition that has no leader for
     * long is not a new one, and no reason not to start.
     */
    private static void awaitLeaders(Admin admin, Map<String, Integer> partitions) throws InterruptedException {
        Map<TopicPartition, OffsetSpec> all = new HashMap<>();
        partitions.forEach((topic, count) -> IntStream.range(0, count)
                .forEach(partition -> all.put(new TopicPartition(topic, partition), OffsetSpec.latest())));
        for (int look = 0; look < LOOKS; look++) {
            try {
                admin.listOffsets(all, new ListOffsetsOptions().timeoutMs(LEADERS_MILLIS))
                        .all()
                        .get();
                return;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    // Whoever uses that partition is told so by its own client.
                    return;
                }
                // Also of a topic that is described already: the broker that was asked has not heard of it.
                LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
            }
        }
    }

    /**
     * What is wrong with the numbers of partitions of topics that must be alike, as a sentence; empty if nothing is.
     *
     * @param partitions by topic
     */
    public static String mismatch(Topics topics, Map<String, Integer> partitions) {
        return new TopicPlan(topics, DEFAULT_PARTITIONS, BROKERS_REPLICATION).mismatch(partitions);
    }

    private static Unusable unusable(String tried, @Nullable Throwable cause) {
        String why = cause instanceof AuthorizationException ? ": this principal may not" : "";
        String words = "";
        for (Throwable e = cause; e != null; e = e.getCause()) {
            words = " (" + e.getMessage() + ")";
        }
        return new Unusable(tried + why + words, cause instanceof RetriableException);
    }
}
