// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.gateway.ops.GatewayMetrics;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

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
            return ContractJson.readEvent(record.value());
        } catch (JacksonException e) {
            metrics.unreadable().increment();
            LOG.warn(
                    "{}-{} offset {} is not an event and is left out: {}",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    e.getOriginalMessage());
            return null;
        }
    }

    /** The record's JSON as one line: as it was written, unless its writer broke lines between its fields. */
    static byte[] line(ConsumerRecord<byte[], byte[]> record) {
        return SseFrame.isOneLine(record.value())
                ? record.value()
                : ContractJson.write(ContractJson.mapper().readTree(record.value()));
    }
}
