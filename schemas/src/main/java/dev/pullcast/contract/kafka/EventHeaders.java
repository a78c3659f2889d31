// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.kafka;

import dev.pullcast.contract.event.EventIds;
import dev.pullcast.contract.event.PullEvent;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/** CloudEvents 1.0 attributes of an event as record headers (Kafka protocol binding, binary content mode). */
public final class EventHeaders {
    private static final Header SPEC_VERSION = header("ce_specversion", "1.0");
    private static final Header CONTENT_TYPE = header("content-type", "application/json");

    private EventHeaders() {}

    /** All headers of an event; the source is the worker, or the coordinator for events of jobs. */
    public static Iterable<Header> of(PullEvent event) {
        return attributes(event).entrySet().stream()
                .map(e -> switch (e.getKey()) {
                    case "ce_specversion" -> SPEC_VERSION;
                    case "content-type" -> CONTENT_TYPE;
                    default -> header(e.getKey(), e.getValue());
                })
                .toList();
    }

    /** The same as text, in a stable order. */
    public static Map<String, String> attributes(PullEvent event) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("ce_specversion", "1.0");
        attributes.put("ce_id", event.id());
        attributes.put("ce_source", source(event));
        attributes.put("ce_type", type(event.type()));
        attributes.put("ce_subject", event.jobId());
        attributes.put("ce_time", event.at().toString());
        attributes.put("content-type", "application/json");
        return attributes;
    }

    /** The CloudEvents type of a kind: {@code pull.started} is {@code dev.pullcast.pull.started.v1}. */
    public static String type(String kind) {
        return "dev.pullcast." + kind + ".v1";
    }

    private static String source(PullEvent event) {
        return switch (event) {
            case PullEvent.OfPull pull ->
                "/workers/" + EventIds.encode(pull.origin().worker());
            case PullEvent.ImageRemoved removed -> "/workers/" + EventIds.encode(removed.worker());
            case PullEvent.OfJob _, PullEvent.Unknown _ -> "/coordinator";
        };
    }

    private static Header header(String key, String value) {
        return new RecordHeader(key, value.getBytes(StandardCharsets.UTF_8));
    }
}
