// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.Credentials;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class ExamplesTest {
    static List<Kind> kinds() {
        return Kind.all();
    }

    static Stream<Arguments> examples() {
        return Kind.all().stream()
                .flatMap(kind -> Documents.list("examples").stream()
                        .filter(kind::hasExample)
                        .map(file -> Arguments.of(kind, file)));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyKindHasAnExample(Kind kind) {
        assertThat(Documents.list("examples")).contains(kind.name() + ".json");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void theSchemaNamesExactlyTheFieldsOfTheRecord(Kind kind) {
        List<String> inSchema = Documents.properties(kind.schema(), kind.definition()).stream()
                .filter(name -> !name.equals("apiVersion")) // for producers; no record keeps it
                .toList();
        assertThat(inSchema).containsExactlyElementsOf(kind.fields());
    }

    @ParameterizedTest
    @MethodSource("examples")
    void anExampleIsValid(Kind kind, String file) {
        JsonNode example = Documents.read("examples/" + file);
        assertThat(Documents.validate(kind.schema() + kind.definition(), example))
                .isEmpty();
        if (!kind.schema().startsWith("view")) {
            assertThat(Documents.validate(kind.schema(), example)).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void anExampleSurvivesReadingAndWriting(Kind kind, String file) {
        JsonNode example = Documents.read("examples/" + file);
        Object record = kind.reader().apply(ContractJson.write(example));
        assertThat(record).isInstanceOf(kind.record());
        JsonNode written = ContractJson.mapper().readTree(ContractJson.write(record));
        assertThat(written).isEqualTo(file.equals("PullJob.minimal.json") ? withDefaults(example) : example);
        assertThat(Documents.validate(kind.schema() + kind.definition(), written))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void unknownFieldsAreIgnored(Kind kind, String file) {
        ObjectNode example = (ObjectNode) Documents.read("examples/" + file);
        Object record = kind.reader().apply(ContractJson.write(example));
        example.putObject("newField").put("x", 1).putArray("y").add("z");
        assertThat(Documents.validate(kind.schema() + kind.definition(), example))
                .isEmpty();
        assertThat(kind.reader().apply(ContractJson.write(example))).isEqualTo(record);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void theSchemaRefusesAMessageThatLacksARequiredField(Kind kind) {
        JsonNode example = Documents.read("examples/" + kind.name() + ".json");
        List<String> required = required(Documents.resolve(kind.schema(), kind.definition()));
        assertThat(required).isNotEmpty();
        for (String field : required) {
            ObjectNode lacking = ((ObjectNode) example.deepCopy()).without(field);
            assertThat(Documents.validate(kind.schema() + kind.definition(), lacking))
                    .describedAs(field)
                    .isNotEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aMessageThatLacksAFieldThatAllHaveIsNotRead(Kind kind) {
        JsonNode example = Documents.read("examples/" + kind.name() + ".json");
        for (String field : required(Documents.resolve(kind.schema(), kind.definition()))) {
            if (kind.mustBeGiven(field)) {
                byte[] lacking = ContractJson.write(((ObjectNode) example.deepCopy()).without(field));
                assertThatThrownBy(() -> kind.reader().apply(lacking))
                        .describedAs(field)
                        .isInstanceOf(JacksonException.class);
            }
        }
    }

    @Test
    void nullIsNoMessage() {
        for (byte @Nullable [] bytes : new byte @Nullable [][] {null, "null".getBytes(StandardCharsets.UTF_8)}) {
            assertThatThrownBy(() -> ContractJson.readEvent(bytes)).isInstanceOf(JacksonException.class);
            assertThatThrownBy(() -> ContractJson.readTask(bytes)).isInstanceOf(JacksonException.class);
            assertThatThrownBy(() -> ContractJson.readWorker(bytes)).isInstanceOf(JacksonException.class);
        }
    }

    @Test
    void anEventOfAnUnknownKindSurvives() {
        String json = """
                {"type":"pull.evicted","id":"a/b/c/d/9","job":"01JD5Q8W3ZJ4T0N6R2V7X9A1BC",
                 "time":"2026-11-21T02:00:00.120Z","worker":"node-1","freed":{"bytes":12},"list":[1,"x",null]}""";
        JsonNode tree = ContractJson.mapper().readTree(json);
        PullEvent event = ContractJson.readEvent(ContractJson.write(tree));
        assertThat(event).isInstanceOf(PullEvent.Unknown.class);
        assertThat(event.type()).isEqualTo("pull.evicted");
        assertThat(event.id()).isEqualTo("a/b/c/d/9");
        assertThat(event.jobId()).isEqualTo("01JD5Q8W3ZJ4T0N6R2V7X9A1BC");
        assertThat(event.isTerminal()).isFalse();
        assertThat(ContractJson.mapper().readTree(ContractJson.write(event))).isEqualTo(tree);
        assertThat(Documents.validate("event.schema.json", tree)).isEmpty();
    }

    @Test
    void everyExampleBelongsToAKind() {
        assertThat(Documents.list("examples"))
                .allMatch(file ->
                        file.equals("Problem.json") || Kind.all().stream().anyMatch(kind -> kind.hasExample(file)));
        assertThat(Documents.validate("view.schema.json#/$defs/Problem", Documents.read("examples/Problem.json")))
                .isEmpty();
    }

    @Test
    void aSealedSecretIsNotShown() {
        JsonNode example = Documents.read("examples/PullJob.json");
        String secret = example.at("/credentials/sealed").stringValue();
        Object job = Kind.all().stream()
                .filter(kind -> kind.name().equals("PullJob"))
                .findFirst()
                .orElseThrow()
                .reader()
                .apply(ContractJson.write(example));
        assertThat(job.toString()).doesNotContain(secret).contains("Credentials[sealed]");
        assertThat(new Credentials("team-registry", null)).hasToString("Credentials[name=team-registry]");
    }

    private static List<String> required(JsonNode schema) {
        return schema.path("required").valueStream().map(JsonNode::stringValue).toList();
    }

    private static JsonNode withDefaults(JsonNode job) {
        ObjectNode full = (ObjectNode) job.deepCopy();
        ArrayNode images = JsonNodeFactory.instance.arrayNode();
        job.get("images").forEach(image -> images.addObject().put("image", image.stringValue()));
        full.put("kind", "PullJob");
        full.set("images", images);
        full.put("pullPolicy", "IfNotPresent");
        full.putObject("target").put("mode", "all");
        full.put("activeDeadlineSeconds", 3600);
        full.put("pullThrough", "auto");
        full.putObject("labels");
        return full;
    }
}
