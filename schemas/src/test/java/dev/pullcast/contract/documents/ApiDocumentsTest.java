// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.contract.view.PullView;
import dev.pullcast.contract.worker.WorkerStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class ApiDocumentsTest {
    static List<String> files() {
        return Documents.list("");
    }

    static Stream<Arguments> enums() {
        return Stream.of(
                Arguments.of(FailureReason.class, "common.schema.json#/$defs/failureReason"),
                Arguments.of(LayerPhase.class, "common.schema.json#/$defs/layerPhase"),
                Arguments.of(JobResult.class, "common.schema.json#/$defs/jobResult"),
                Arguments.of(PullPolicy.class, "common.schema.json#/$defs/pullPolicy"),
                Arguments.of(Target.Mode.class, "job.schema.json#/$defs/target/properties/mode"),
                Arguments.of(WorkerStatus.State.class, "worker.schema.json#/properties/state"),
                Arguments.of(JobView.State.class, "view.schema.json#/$defs/JobView/properties/state"),
                Arguments.of(PullView.State.class, "view.schema.json#/$defs/PullView/properties/state"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyReferenceResolves(String file) {
        JsonNode document = Documents.read(file);
        List<String> references = new ArrayList<>();
        for (JsonNode found : document.findValues("$ref")) {
            references.add(found.stringValue());
        }
        if (!file.equals("common.schema.json")) {
            assertThat(references).isNotEmpty();
        }
        for (String reference : references) {
            assertThat(Documents.resolve(file, reference).isMissingNode())
                    .describedAs(file + " refers to " + reference)
                    .isFalse();
        }
        for (JsonNode example : document.findValues("externalValue")) {
            assertThat(Documents.read(example.stringValue()).isObject()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("enums")
    void theSchemaNamesExactlyTheConstants(Class<? extends Enum<?>> type, String schema) {
        List<String> names = Arrays.stream(type.getEnumConstants())
                .map(constant -> ContractJson.mapper().valueToTree(constant).stringValue())
                .toList();
        List<String> inSchema = Documents.resolve("", schema)
                .get("enum")
                .valueStream()
                .map(JsonNode::stringValue)
                .toList();
        assertThat(inSchema).containsExactlyElementsOf(names);
    }

    @Test
    void asyncApiNamesExactlyTheEventsOfTheCode() {
        JsonNode channels = Documents.read("asyncapi.yaml").get("channels");
        assertThat(channels.at("/events/messages").propertyNames())
                .containsExactlyInAnyOrderElementsOf(Kind.ofEvents());
        Set<String> terminal = new TreeSet<>();
        for (String kind : Kind.ofEvents()) {
            PullEvent example =
                    ContractJson.readEvent(ContractJson.write(Documents.read("examples/" + kind + ".json")));
            assertThat(example.type()).isEqualTo(kind);
            if (example.isTerminal()) {
                terminal.add(kind);
            }
        }
        assertThat(channels.at("/results/messages").propertyNames()).containsExactlyInAnyOrderElementsOf(terminal);
    }

    @Test
    void theEventSchemaKnowsExactlyTheEventsOfTheCode() {
        Set<String> kinds = new TreeSet<>();
        for (JsonNode rule : Documents.read("event.schema.json").get("allOf")) {
            String kind = rule.at("/if/properties/type/const").stringValue();
            assertThat(rule.at("/then/$ref").stringValue()).isEqualTo("#/$defs/" + kind);
            kinds.add(kind);
        }
        assertThat(kinds).isEqualTo(Kind.ofEvents());
    }

    @Test
    void openApiNamesTheEndpoints() {
        JsonNode document = Documents.read("openapi.yaml");
        assertThat(document.get("openapi").stringValue()).startsWith("3.1.");
        assertThat(document.get("paths").propertyNames())
                .containsExactlyInAnyOrder(
                        "/v1/pulls",
                        "/v1/pulls/{id}",
                        "/v1/pulls/{id}/events",
                        "/v1/events",
                        "/v1/workers",
                        "/v1/workers/{id}",
                        "/v1/workers/{id}/events",
                        "/v1/images",
                        "/v1/sets",
                        "/openapi.yaml",
                        "/asyncapi.yaml",
                        "/ping",
                        "/debug/dump",
                        "/pull",
                        "/v1/session",
                        "/healthz",
                        "/readyz",
                        "/metrics");
    }
}
