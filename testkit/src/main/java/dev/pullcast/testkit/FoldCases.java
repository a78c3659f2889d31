// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.view.PullView;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The table of what events of one pull add up to ({@code folds.json}). The gateway, the command line and the dashboard
 * are held to it, each by its own test.
 */
public final class FoldCases {
    /** What a view is compared by, beside its layers; what is absent, null or 0 is the same. */
    private static final List<String> COMPARED = List.of(
            "state",
            "attempt",
            "percent",
            "bytesCurrent",
            "bytesTotal",
            "layersDone",
            "layersTotal",
            "bytesPerSecond",
            "etaSeconds",
            "digest",
            "previousDigest",
            "reason",
            "message",
            "hint",
            "notBefore",
            "layersCached",
            "layersDownloaded",
            "queueMillis",
            "downloadMillis",
            "extractMillis");

    /**
     * One case.
     *
     * @param events of one pull, in order, as JSON with all their fields
     * @param view what they add up to, the fields that are compared
     */
    public record Case(String name, List<ObjectNode> events, JsonNode view) {
        /** The events as records. */
        public List<PullEvent> asRecords() {
            return events.stream()
                    .map(event -> ContractJson.readEvent(event.toString().getBytes(StandardCharsets.UTF_8)))
                    .toList();
        }

        /** The view as a record. */
        public PullView asView() {
            ObjectNode whole = identity();
            whole.put("attempt", 0)
                    .put("percent", 0)
                    .put("bytesCurrent", 0)
                    .put("layersDone", 0)
                    .put("layersTotal", 0);
            whole.putArray("layers");
            whole.put("updatedAt", events.getLast().path("time").asString());
            whole.setAll((ObjectNode) view);
            return ContractJson.mapper().convertValue(whole, PullView.class);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private FoldCases() {}

    /** All of them. */
    public static List<Case> all() {
        try (InputStream file = Objects.requireNonNull(FoldCases.class.getResourceAsStream("/folds.json"))) {
            List<Case> cases = new ArrayList<>();
            for (JsonNode node : ContractJson.mapper().readTree(file.readAllBytes())) {
                List<ObjectNode> events = new ArrayList<>();
                for (JsonNode event : node.path("events")) {
                    ObjectNode whole = identity();
                    whole.put("incarnation", "first").put("attempt", 1).put("engineRetry", 0);
                    whole.put("seq", events.size() + 1);
                    whole.put("time", "2026-05-04T10:00:%02dZ".formatted(events.size()));
                    whole.setAll((ObjectNode) event);
                    events.add(whole);
                }
                cases.add(new Case(node.path("name").asString(), events, node.path("view")));
            }
            return cases;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Some view, with only what is compared, and nothing that is null or 0. */
    public static JsonNode compared(JsonNode view) {
        ObjectNode kept = ContractJson.mapper().createObjectNode();
        for (String field : COMPARED) {
            JsonNode value = view.path(field);
            if (value.isNumber() && value.asDouble() != 0) {
                kept.put(field, value.asDouble());
            } else if (value.isString() && !value.asString().isEmpty()) {
                kept.put(field, value.asString());
            }
        }
        StringBuilder layers = new StringBuilder();
        for (JsonNode layer : view.path("layers")) {
            layers.append(layer.path("layer").asString())
                    .append(' ')
                    .append(layer.path("phase").asString())
                    .append(' ')
                    .append(layer.path("current").asLong(0))
                    .append('/')
                    .append(layer.path("total").asLong(0))
                    .append(' ');
        }
        return kept.put("layers", layers.toString().strip());
    }

    private static ObjectNode identity() {
        return ContractJson.mapper()
                .createObjectNode()
                .put("job", "j")
                .put("worker", "w")
                .put("pull", "p")
                .put("image", "alpine")
                .put("reference", "docker.io/library/alpine:latest");
    }
}
