// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.kafka;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What each topic is to be like, and what follows from those that exist. Pure.
 *
 * @param topics their names
 * @param partitions of topics that are created
 * @param replication of topics that are created; -1 for the broker's default
 */
record TopicPlan(Topics topics, int partitions, short replication) {
    /**
     * Larger than the largest job (1 MiB), because a task and {@code job.accepted} repeat each of its images twice;
     * producers of those set {@code max.request.size} to it.
     */
    static final int MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

    private static final long HOUR = 3_600_000;
    private static final long DAY = 24 * HOUR;

    /** The settings of every topic, by its name, as Kafka spells them. */
    Map<String, Map<String, String>> settings() {
        Map<String, Map<String, String>> all = new LinkedHashMap<>();
        Map<String, String> jobs = deleted(7 * DAY, DAY);
        // What strangers write is kept as large as it is: a small record must not become a large one at each reader.
        jobs.put("compression.type", "uncompressed");
        all.put(topics.jobs(), jobs);
        all.put(topics.tasks(), deleted(7 * DAY, DAY));
        all.put(topics.events(), deleted(DAY, 4 * HOUR));
        Map<String, String> results = deleted(30 * DAY, DAY);
        results.put("cleanup.policy", "compact,delete");
        all.put(topics.results(), results);
        all.put(topics.workers(), heartbeats());
        all.put(topics.sets(), standing());
        all.put(topics.coordinator(), changelog());
        all.put(topics.rejected(), deleted(30 * DAY, DAY));
        all.put(topics.fleet(), standing());
        if (replication > 1) {
            all.values().forEach(s -> s.put("min.insync.replicas", Integer.toString(replication - 1)));
        }
        return all;
    }

    private static Map<String, String> deleted(long retentionMillis, long segmentMillis) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("cleanup.policy", "delete");
        settings.put("retention.ms", Long.toString(retentionMillis));
        // A segment is deleted or compacted as a whole, and only after it was closed.
        settings.put("segment.ms", Long.toString(segmentMillis));
        settings.put("max.message.bytes", Integer.toString(MAX_MESSAGE_BYTES));
        // The broker's clock: a worker's wrong one must not make its events expire at once, or never.
        settings.put("message.timestamp.type", "LogAppendTime");
        return settings;
    }

    private static Map<String, String> heartbeats() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("cleanup.policy", "compact");
        // Each gateway reads it all when it starts, and heartbeats come every few seconds: keep what is read short. The
        // segment that is written to is not compacted; a MiB is the smallest that brokers take.
        settings.put("segment.ms", Long.toString(HOUR));
        settings.put("segment.bytes", Integer.toString(1024 * 1024));
        settings.put("min.cleanable.dirty.ratio", "0.1");
        settings.put("message.timestamp.type", "LogAppendTime");
        return settings;
    }

    private static Map<String, String> standing() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("cleanup.policy", "compact");
        settings.put("max.message.bytes", Integer.toString(MAX_MESSAGE_BYTES));
        return settings;
    }

    private static Map<String, String> changelog() {
        Map<String, String> settings = standing();
        // A takeover reads it all: segments that are soon closed can be compacted.
        settings.put("segment.bytes", Integer.toString(16 * 1024 * 1024));
        settings.put("segment.ms", Long.toString(HOUR));
        settings.put("min.cleanable.dirty.ratio", "0.1");
        settings.put("delete.retention.ms", Long.toString(HOUR));
        return settings;
    }

    /** Names of the topics that must have the same number of partitions. */
    List<String> alike() {
        return List.of(topics.jobs(), topics.events(), topics.results(), topics.sets(), topics.coordinator());
    }

    /** What is wrong with partition counts, as a sentence; empty if nothing is. */
    String mismatch(Map<String, Integer> existing) {
        Set<Integer> counts = new TreeSet<>();
        alike().stream().map(existing::get).filter(Objects::nonNull).forEach(counts::add);
        if (counts.size() < 2) {
            return "";
        }
        return alike().stream()
                .filter(existing::containsKey)
                .map(name -> name + " has " + existing.get(name))
                .collect(Collectors.joining(
                        ", ",
                        "the numbers of partitions must be equal, because an event stands in the partition of the"
                                + " number that its job was read from, but ",
                        "; add partitions (kafka-topics.sh --alter) or begin with another prefix"));
    }

    /** Partitions of topics that are missing, by name: those that must be alike follow the ones that exist. */
    Map<String, Integer> missing(Map<String, Integer> existing) {
        int likeTheOthers = alike().stream()
                .map(existing::get)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(partitions);
        Map<String, Integer> missing = new LinkedHashMap<>();
        for (String name : settings().keySet()) {
            if (!existing.containsKey(name)) {
                missing.put(name, alike().contains(name) ? likeTheOthers : partitions);
            }
        }
        return missing;
    }

    /** A command for each topic, for whoever may create it. */
    String commands(Map<String, Integer> missing) {
        List<String> lines = new ArrayList<>();
        missing.forEach((name, count) -> lines.add("kafka-topics.sh --create --topic " + name + " --partitions " + count
                + (replication > 0 ? " --replication-factor " + replication : "")
                + Objects.requireNonNull(settings().get(name)).entrySet().stream()
                        .map(s -> " --config " + s.getKey() + "=" + s.getValue())
                        .collect(Collectors.joining())));
        return String.join(System.lineSeparator(), lines);
    }
}
