// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.kafka;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

/**
 * Asks Kafka which of the rights that a role needs its principal lacks, so that a role refuses to start and names all of
 * them, instead of failing at the first record that needs one.
 */
final class RightsCheck {
    private final Collection<Right> needed;
    private final Set<Right> lacking = new LinkedHashSet<>();

    RightsCheck(Collection<Right> needed) {
        this.needed = List.copyOf(needed);
    }

    /** Whether anything is to be looked at. */
    boolean isEmpty() {
        return needed.isEmpty();
    }

    /** Whether the role has to do with a topic at all. */
    boolean concerns(String topic) {
        return isEmpty() || needed.stream().anyMatch(right -> isOn(right, topic));
    }

    /** Takes note of a topic that Kafka does not show to this principal. */
    void hidden(String topic) {
        needed.stream().filter(right -> isOn(right, topic)).forEach(lacking::add);
    }

    /**
     * Takes note of what may be done with a topic.
     *
     * @param allowed null where the broker does not say, as other makes than Apache's may
     */
    void shown(String topic, @Nullable Set<AclOperation> allowed) {
        if (allowed != null && !allowed.isEmpty()) {
            needed.stream()
                    .filter(right -> isOn(right, topic) && !allowed.contains(right.operation()))
                    .forEach(lacking::add);
        }
    }

    /** Asks for groups and transactions, which Kafka shows by refusing. What else goes wrong shows when they are used. */
    void lookBeyondTopics(Admin admin) throws InterruptedException {
        List<Right> groups = of(ResourceType.GROUP);
        List<Right> transactions = of(ResourceType.TRANSACTIONAL_ID);
        // Both are asked before either is waited for.
        Map<String, ? extends KafkaFuture<?>> groupAnswers = groups.isEmpty()
                ? Map.of()
                : admin.describeConsumerGroups(names(groups)).describedGroups();
        List<KafkaFuture<?>> transactionAnswers = new ArrayList<>();
        if (!transactions.isEmpty()) {
            var asked = admin.describeTransactions(names(transactions));
            names(transactions).forEach(name -> transactionAnswers.add(asked.description(name)));
        }
        for (Right right : groups) {
            note(right, groupAnswers.get(right.name()));
        }
        for (int i = 0; i < transactions.size(); i++) {
            note(transactions.get(i), transactionAnswers.get(i));
        }
    }

    private void note(Right right, @Nullable KafkaFuture<?> answer) throws InterruptedException {
        try {
            if (answer != null) {
                answer.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                lacking.add(right);
            }
        }
    }

    /** What is lacking, as a sentence with the commands that grant it; empty if nothing is. */
    String problem() {
        if (lacking.isEmpty()) {
            return "";
        }
        return "Kafka does not allow this principal what it needs: "
                + lacking.stream().map(Right::text).collect(Collectors.joining(", ")) + ". Grant it so:"
                + System.lineSeparator()
                + lacking.stream().map(Right::command).collect(Collectors.joining(System.lineSeparator()));
    }

    private List<Right> of(ResourceType type) {
        return needed.stream().filter(right -> right.resource() == type).toList();
    }

    private static List<String> names(List<Right> rights) {
        return rights.stream().map(Right::name).toList();
    }

    private static boolean isOn(Right right, String topic) {
        return right.resource() == ResourceType.TOPIC && right.name().equals(topic);
    }
}
