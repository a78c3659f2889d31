// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.settings;

import java.util.List;
import java.util.Map;

/**
 * The settings of Kafka and of topics, which are the same in workers and gateways.
 *
 * @param prefix of every topic's name
 * @param partitions of topics that are created
 * @param replication of topics that are created; -1 for the broker's default
 * @param clients settings as Kafka documents them; {@code bootstrap.servers} is one of them
 */
public record KafkaSettings(String prefix, int partitions, short replication, Map<String, String> clients) {
    /** Addresses of Kafka. */
    public static final String BOOTSTRAP_SERVERS = "kafka.bootstrap.servers";

    /** Every key. */
    public static final List<Settings.Key> KEYS = List.of(
            new Settings.Key("topics.prefix", "pull.", "of every topic's name"),
            new Settings.Key("topics.partitions", "12", "of topics that are missing and are created; 1 to 1024"),
            new Settings.Key("topics.replication", "-1", "of topics that are created; -1 for the broker's default"),
            new Settings.Key(BOOTSTRAP_SERVERS, "localhost:9092", "any Kafka client setting may stand under kafka."));

    private static final int MAX_PARTITIONS = 1024;
    private static final int MAX_REPLICATION = 100;

    /** Checks settings. @throws Settings.InvalidSetting naming the key that is wrong */
    public static KafkaSettings of(Settings settings) {
        settings.get(BOOTSTRAP_SERVERS);
        return new KafkaSettings(
                settings.get("topics.prefix"),
                settings.getInt("topics.partitions", 1, MAX_PARTITIONS),
                (short) settings.getInt("topics.replication", -1, MAX_REPLICATION),
                settings.kafka());
    }

    /** Without what the clients are given: it may be a secret. */
    @Override
    public String toString() {
        return "KafkaSettings[prefix=" + prefix + ", partitions=" + partitions + ", replication=" + replication + "]";
    }
}
