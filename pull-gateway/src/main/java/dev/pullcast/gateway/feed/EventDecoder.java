// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
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
            PullEvent event = ContractJson.readEvent(record.value());
            if (isWhole(event)) {
                return event;
            }
            leaveOut(record, "a field that every such event has is missing");
        } catch (JacksonException e) {
            leaveOut(record, e.getClass().getSimpleName());
        }
        return null;
    }

    private void leaveOut(ConsumerRecord<byte[], byte[]> record, String why) {
        metrics.unreadable().increment();
        LOG.warn(
                "{}-{} offset {} is not an event and is left out: {}",
                record.topic(),
                record.partition(),
                record.offset(),
                why);
    }

    /** Jackson leaves a missing field null, whatever the record says; nothing after this has to think of that. */
    private static boolean isWhole(PullEvent event) {
        boolean base = switch (event) {
            case PullEvent.OfPull pull -> isWhole(pull.origin());
            case PullEvent.OfJob job -> areThere(job.job(), job.time());
            case PullEvent.Unknown _ -> true;
        };
        return base
                && switch (event) {
                    case PullEvent.Layer layer -> areThere(layer.layer(), layer.phase());
                    case PullEvent.Retrying retrying -> areThere(retrying.reason(), retrying.notBefore());
                    case PullEvent.Failed failed -> areThere(failed.reason(), failed.message());
                    case PullEvent.JobAccepted accepted ->
                        accepted.pulls().stream().allMatch(p -> areThere(p.pull(), p.image(), p.reference()));
                    case PullEvent.JobCompleted completed -> areThere(completed.result());
                    case PullEvent.Queued _,
                            PullEvent.Started _,
                            PullEvent.Progress _,
                            PullEvent.Succeeded _,
                            PullEvent.Skipped _,
                            PullEvent.Cancelled _,
                            PullEvent.JobRejected _,
                            PullEvent.Unknown _ -> true;
                };
    }

    private static boolean isWhole(@Nullable PullOrigin origin) {
        return origin != null
                && areThere(
                        origin.job(),
                        origin.worker(),
                        origin.pull(),
                        origin.image(),
                        origin.reference(),
                        origin.time());
    }

    private static boolean areThere(@Nullable Object... values) {
        for (Object value : values) {
            if (value == null) {
                return false;
            }
        }
        return true;
    }

    /** The record's JSON as one line: as it was written, unless its writer broke lines between its fields. */
    static byte[] line(ConsumerRecord<byte[], byte[]> record) {
        return SseFrame.isOneLine(record.value())
                ? record.value()
                : ContractJson.write(ContractJson.mapper().readTree(record.value()));
    }
}
