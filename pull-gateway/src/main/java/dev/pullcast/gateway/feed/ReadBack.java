// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.gateway.fleet.Subject;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads events that the log in memory no longer has, for one client that was away for long. A consumer of its own, which
 * lives until it has reached the log, so that live readers do not notice. Owned by the thread that opened it.
 */
public final class ReadBack {
    private static final int BATCH = 250;

    private final String topic;
    private final String cluster;
    private final EventDecoder decoder;
    private final TopicReader reader;
    private final Map<TopicPartition, Long> from = new HashMap<>();
    private final Map<TopicPartition, Long> until = new HashMap<>();

    record Range(Positions from, Positions until) {}

    ReadBack(Vertx vertx, Map<String, String> kafka, String topic, String cluster, Range range, EventDecoder decoder) {
        this.topic = topic;
        this.cluster = cluster;
        this.decoder = decoder;
        this.reader = new TopicReader(vertx, vertx.getOrCreateContext(), kafka, BATCH);
        for (int p = 0; p < range.until().size(); p++) {
            if (range.from().get(p) < range.until().get(p)) {
                from.put(new TopicPartition(topic, p), range.from().get(p));
                until.put(new TopicPartition(topic, p), range.until().get(p));
            }
        }
    }

    /** Completes when it can read. */
    public Future<Void> open() {
        return reader.assign(from);
    }

    /** Whether all was read. */
    public boolean isDone() {
        return until.entrySet().stream().allMatch(e -> from.getOrDefault(e.getKey(), 0L) >= e.getValue());
    }

    /** Moves a cursor on to where this reader is, in the partitions that it reads. */
    public void advance(CursorWriter cursor) {
        from.forEach((partition, offset) -> cursor.advance(partition.partition(), offset));
    }

    /** The next events before the end of the range; perhaps none. Fails with {@link EventsRemoved} if they are gone. */
    public Future<List<SseFrame>> next() {
        return reader.next()
                .map(this::frames)
                .recover(failure -> Future.failedFuture(
                        failure instanceof OffsetOutOfRangeException
                                ? new EventsRemoved(Loss.EXPIRED, String.valueOf(failure.getMessage()))
                                : failure));
    }

    private List<SseFrame> frames(ConsumerRecords<byte[], byte[]> records) {
        List<SseFrame> frames = new ArrayList<>(records.count());
        for (ConsumerRecord<byte[], byte[]> record : records) {
            TopicPartition partition = new TopicPartition(topic, record.partition());
            if (record.offset() < until.getOrDefault(partition, 0L)) {
                PullEvent event = decoder.read(record);
                if (event != null) {
                    frames.add(frame(record, event));
                }
            }
        }
        records.nextOffsets()
                .forEach((partition, next) ->
                        from.put(partition, Math.min(next.offset(), until.getOrDefault(partition, Long.MAX_VALUE))));
        return frames;
    }

    private SseFrame frame(ConsumerRecord<byte[], byte[]> record, PullEvent event) {
        boolean endsJob = event instanceof PullEvent.OfJob && event.isTerminal();
        SseFrame.Meta meta = new SseFrame.Meta(
                record.partition(),
                record.offset(),
                Subject.of(event),
                event.type(),
                null,
                event.isTerminal(),
                endsJob);
        return SseFrame.of(meta, null, cluster, EventDecoder.line(record));
    }

    /** Closes the consumer. */
    public Future<Void> close() {
        return reader.close();
    }
}
