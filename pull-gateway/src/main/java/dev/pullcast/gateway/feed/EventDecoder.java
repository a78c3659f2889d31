// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.gateway.ops.GatewayMetrics;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads values of {@code pull.events}. What is no event is counted and left out: it must not stop the others. */
final class EventDecoder {
    private static final Logger LOG = LoggerFactory.getLogger(EventDecoder.class);

    private final GatewayMetrics metrics;

    EventDecoder(GatewayMetrics metrics) {
        this.metrics = metrics;
    }

    /** The event, or null for a record that is none. */
    @Nullable
    PullEvent read(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return null;
        }
        try {
            PullEvent event = ContractJson.readEvent(record.value());
            if (isOfItsKey(record, event)) {
                return event;
            }
            metrics.disbelieved().increment();
            LOG.warn(
                    "{}-{} offset {} is left out: its key is not the job that it names",
                    record.topic(),
                    record.partition(),
                    record.offset());
        } catch (RuntimeException e) { // Jackson's, and what odd numbers and times lead to
            metrics.unreadable().increment();
            LOG.warn(
                    "{}-{} offset {} is not an event and is left out: {}",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    Unreadable.words(e));
        }
        return null;
    }

    private static boolean isOfItsKey(ConsumerRecord<byte[], byte[]> record, PullEvent event) {
        return event.jobId().isEmpty()
                || (record.key() != null
                        && Arrays.equals(record.key(), event.jobId().getBytes(StandardCharsets.UTF_8)));
    }

    /** The record's JSON as one line: as it was written, unless its writer broke lines between its fields. */
    static byte[] line(ConsumerRecord<byte[], byte[]> record) {
        return SseFrame.isOneLine(record.value())
                ? record.value()
                : ContractJson.write(ContractJson.mapper().readTree(record.value()));
    }
}
