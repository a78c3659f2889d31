// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import dev.pullcast.gateway.fleet.FleetView;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.TopicPartition;

/**
 * What a feed has once Kafka has answered. Owned by the feed's thread.
 *
 * @param cluster the mark of the log in every cursor
 * @param events all partitions that are read
 * @param log the newest events
 * @param cursor where the feed is
 */
record Running(
        KafkaLog kafka,
        String cluster,
        List<TopicPartition> events,
        TopicReader reader,
        EventLog log,
        CursorWriter cursor) {
    /** With nothing read. */
    static Running at(Positions start, KafkaLog kafka, KafkaLog.Identity found, TopicReader reader, long ringBytes) {
        return new Running(
                kafka,
                found.mark(),
                found.partitions(),
                reader,
                new EventLog(ringBytes, start),
                new CursorWriter(found.mark(), start));
    }

    /** The same on another log, of which nothing is read; this one must not be used any more. */
    Running anew(Positions start, KafkaLog.Identity found) {
        log.restart(start);
        return new Running(kafka, found.mark(), found.partitions(), reader, log, new CursorWriter(found.mark(), start));
    }

    /** The firehose's cursor. */
    String cursorText() {
        return new String(cursor.bytes(), StandardCharsets.US_ASCII);
    }

    /** With the state that all events add up to. */
    FeedState state(FleetView fleet) {
        return new FeedState(fleet, log, cursor.positions(), cursorText());
    }
}
