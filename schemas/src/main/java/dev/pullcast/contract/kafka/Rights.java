// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.kafka;

import static org.apache.kafka.common.acl.AclOperation.ALTER;
import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;
import static org.apache.kafka.common.resource.ResourceType.CLUSTER;
import static org.apache.kafka.common.resource.ResourceType.GROUP;
import static org.apache.kafka.common.resource.ResourceType.TOPIC;
import static org.apache.kafka.common.resource.ResourceType.TRANSACTIONAL_ID;

import java.util.List;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;

/**
 * The least that each role must be allowed to do in Kafka once the topics exist. docs/kafka-security.md has the same as
 * a table, and a test compares.
 */
public final class Rights {
    private Rights() {}

    /** A worker: its tasks in, its events, results and heartbeats out. */
    public static List<Right> ofWorker(Topics topics, String workerId) {
        return List.of(
                Right.on(TOPIC, topics.tasks(), READ),
                Right.on(TOPIC, topics.workers(), READ),
                Right.on(TOPIC, topics.workers(), WRITE),
                Right.on(TOPIC, topics.events(), WRITE),
                Right.on(TOPIC, topics.results(), WRITE),
                Right.on(GROUP, topics.workerGroup(workerId), READ));
    }

    /** A gateway with the role {@code api}: jobs and cancels out; jobs, heartbeats, standing sets and events
     * in. It joins no group. */
    public static List<Right> ofApi(Topics topics) {
        return List.of(
                Right.on(TOPIC, topics.jobs(), READ),
                Right.on(TOPIC, topics.jobs(), WRITE),
                Right.on(TOPIC, topics.workers(), READ),
                Right.on(TOPIC, topics.sets(), READ),
                Right.on(TOPIC, topics.events(), READ),
                Right.on(TOPIC, topics.fleet(), READ),
                Right.on(TOPIC, topics.fleet(), WRITE));
    }

    /** A gateway with the role {@code coordinator}: in transactions of ids that begin as its group's. */
    public static List<Right> ofCoordinator(Topics topics) {
        return List.of(
                Right.on(TOPIC, topics.jobs(), READ),
                Right.on(TOPIC, topics.jobs(), WRITE),
                Right.on(TOPIC, topics.tasks(), WRITE),
                Right.on(TOPIC, topics.workers(), READ),
                Right.on(TOPIC, topics.events(), WRITE),
                Right.on(TOPIC, topics.results(), READ),
                Right.on(TOPIC, topics.results(), WRITE),
                Right.on(TOPIC, topics.sets(), READ),
                Right.on(TOPIC, topics.sets(), WRITE),
                Right.on(TOPIC, topics.coordinator(), READ),
                Right.on(TOPIC, topics.coordinator(), WRITE),
                Right.on(TOPIC, topics.rejected(), WRITE),
                Right.on(TOPIC, topics.fleet(), READ),
                Right.on(TOPIC, topics.fleet(), WRITE),
                Right.on(GROUP, topics.coordinatorGroup(), READ),
                new Right(WRITE, TRANSACTIONAL_ID, topics.coordinatorGroup() + '-', PatternType.PREFIXED));
    }

    /**
     * A coordinator that ends hanging transactions (KIP-664), besides its own rights. It starts without these, too, and
     * an operator ends them then.
     */
    public static List<Right> ofRepair(Topics topics) {
        return List.of(
                new Right(READ, TOPIC, topics.prefix(), PatternType.PREFIXED),
                Right.on(TOPIC, Topics.GROUP_OFFSETS, READ),
                Right.on(CLUSTER, Resource.CLUSTER_NAME, ALTER));
    }

    /** A program that writes jobs and does not look at what comes of them. */
    public static List<Right> ofProducer(Topics topics) {
        return List.of(Right.on(TOPIC, topics.jobs(), WRITE));
    }

    /** A program that follows events as a member of a group of its own. */
    public static List<Right> ofSubscriber(Topics topics, String group) {
        return List.of(
                Right.on(TOPIC, topics.events(), READ),
                Right.on(TOPIC, topics.results(), READ),
                Right.on(TOPIC, topics.workers(), READ),
                Right.on(GROUP, group, READ));
    }

    /** Whoever creates the topics; a role that has it, besides its own rights, needs nobody to do that before. */
    public static List<Right> ofSetUp(Topics topics) {
        return List.of(new Right(CREATE, TOPIC, topics.prefix(), PatternType.PREFIXED));
    }
}
