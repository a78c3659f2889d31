// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.kafka;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Utils;

/**
 * Names of the topics and where a record goes.
 *
 * @param prefix of every name, {@code pull.} by default
 */
public record Topics(String prefix) {
    /** Kafka's own topic for the offsets of groups. */
    public static final String GROUP_OFFSETS = "__consumer_offsets";

    /** The default prefix. */
    public static final Topics DEFAULT = new Topics("pull.");

    /** Jobs, cancels and pauses; any producer may write here. */
    public String jobs() {
        return prefix + "jobs";
    }

    /** Tasks for workers; only the coordinator writes here. */
    public String tasks() {
        return prefix + "tasks";
    }

    /** Every event. */
    public String events() {
        return prefix + "events";
    }

    /** Terminal events alone, compacted. */
    public String results() {
        return prefix + "results";
    }

    /** Heartbeats, compacted. */
    public String workers() {
        return prefix + "workers";
    }

    /** Standing sets of images, compacted; only the coordinator writes here. */
    public String sets() {
        return prefix + "sets";
    }

    /** Changelog of the coordinators, compacted: what they know of open jobs. No other program reads it. */
    public String coordinator() {
        return prefix + "coordinator";
    }

    /** What was not accepted, as read. */
    public String rejected() {
        return prefix + "rejected";
    }

    /** The key that gateways share, compacted; only they read and write here. */
    public String fleet() {
        return prefix + "fleet";
    }

    /** Consumer group of one worker's tasks. */
    public String workerGroup(String workerId) {
        return prefix + "worker." + workerId;
    }

    /** Consumer group, or application id, of the coordinators. */
    public String coordinatorGroup() {
        return prefix + "coordinator";
    }

    /** The partition of {@link #GROUP_OFFSETS} that holds a group, as Kafka's group coordinator chooses it. */
    public static int offsetsPartition(String group, int partitions) {
        return Utils.abs(group.hashCode()) % partitions;
    }

    /** The partition of {@link #tasks()} that a worker reads: Kafka's own hash of its id, as its key would give. */
    public static int partitionOf(String key, int partitions) {
        return Utils.toPositive(Utils.murmur2(key.getBytes(StandardCharsets.UTF_8))) % partitions;
    }

    /**
     * Key of a terminal event that the coordinator writes on a worker's behalf. Another than the worker's own, so that
     * compaction keeps both and the first in the log stays the one that counts.
     */
    public static String resultKeyOnBehalf(String job, String worker, String pull) {
        return resultKey(job, worker, pull) + "/coordinator";
    }

    /** Key of a pull's terminal event in {@link #results()}. */
    public static String resultKey(String job, String worker, String pull) {
        return job + '/' + worker + '/' + pull;
    }
}
