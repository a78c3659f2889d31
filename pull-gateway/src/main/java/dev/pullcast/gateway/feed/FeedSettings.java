// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.contract.kafka.Topics;
import java.time.Duration;
import java.util.Map;

/**
 * What the feed needs to know.
 *
 * @param topics to read
 * @param kafka settings for Kafka's clients
 * @param ringBytes memory for the newest events
 * @param history how old a job may be to be shown although none of its events is kept any more; as long as events are
 * @param limits of a job record, as the coordinator has them
 */
public record FeedSettings(
        Topics topics, Map<String, String> kafka, long ringBytes, Duration history, JobLimits limits) {
    /** Settles the map; its values may be secrets, so they are not printed. */
    public FeedSettings {
        kafka = Map.copyOf(kafka);
    }

    @Override
    public String toString() {
        return "FeedSettings[" + topics + ", ringBytes=" + ringBytes + ", history=" + history + "]";
    }
}
