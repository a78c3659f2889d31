// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.kafka.Topics;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/**
 * All that a coordinator needs to know.
 *
 * @param kafka client settings as Kafka documents them, {@code bootstrap.servers} at least
 * @param topics their names; they exist already
 * @param clock for deadlines and heartbeats
 * @param rules of its decisions
 * @param sessionTimeout after which Kafka gives the partitions of a coordinator that fell silent to another
 */
public record CoordinatorConfig(
        Map<String, String> kafka, Topics topics, InstantSource clock, JobRules rules, Duration sessionTimeout) {
    /** Short enough that another coordinator has taken over within ten seconds. */
    public static final Duration DEFAULT_SESSION_TIMEOUT = Duration.ofSeconds(6);

    /** Copies the settings. */
    public CoordinatorConfig {
        kafka = Map.copyOf(kafka);
    }

    /** With default topics, rules and time-out, on the system's clock. */
    public static CoordinatorConfig of(Map<String, String> kafka) {
        return new CoordinatorConfig(
                kafka, Topics.DEFAULT, InstantSource.system(), JobRules.DEFAULT, DEFAULT_SESSION_TIMEOUT);
    }

    /** Without settings of Kafka's clients: they may be secrets. */
    @Override
    public String toString() {
        return "CoordinatorConfig[" + topics + ", " + rules + ", sessionTimeout=" + sessionTimeout + "]";
    }
}
