// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.contract.codec.JobReader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The schema of a job and the reader that decides say the same, so that a producer can check before it writes. */
class JobRulesTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    static List<String> numbers() {
        JsonNode properties =
                Documents.resolve("", "job.schema.json#/$defs/PullJob").get("properties");
        List<String> names = new ArrayList<>();
        properties.forEachEntry((name, schema) -> {
            // How large spread may be depends on the deadline, which a schema cannot say.
            if (schema.has("minimum") && !name.equals("spread")) {
                names.add(name);
            }
        });
        return names;
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void agreeOnTheRangeOfANumber(String name) {
        JsonNode schema = Documents.resolve("", "job.schema.json#/$defs/PullJob/properties/" + name);
        int least = schema.get("minimum").intValue();
        int most = schema.get("maximum").intValue();
        assertThat(bothAccept(job().put(name, least))).isTrue();
        assertThat(bothAccept(job().put(name, most))).isTrue();
        assertThat(bothAccept(job().put(name, least - 1))).isFalse();
        assertThat(bothAccept(job().put(name, most + 1L))).isFalse();
        assertThat(bothAccept(job().put(name, "1"))).isFalse();
        assertThat(bothAccept(job().put(name, 1.5))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"1, true", "1000, true", "0, false", "1001, false"})
    void agreeOnTheNumberOfImages(int count, boolean good) {
        ArrayNode images = NODES.arrayNode();
        for (int i = 0; i < count; i++) {
            images.add("alpine");
        }
        assertThat(bothAccept(job().set("images", images))).isEqualTo(good);
    }

    @ParameterizedTest
    @CsvSource({"0, true", "64, true", "65, false"})
    void agreeOnTheNumberOfLabels(int count, boolean good) {
        ObjectNode job = job();
        ObjectNode labels = job.putObject("labels");
        for (int i = 0; i < count; i++) {
            labels.put("label-" + i, "");
        }
        assertThat(bothAccept(job)).isEqualTo(good);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /id                 | "01JD5Q8W3ZJ4T0N6R2V7X9A1BC"                | true
            /id                 | "01932c07-209c-7e7d-8d2a-6f1e0b2f3c4d"      | true
            /id                 | "81JD5Q8W3ZJ4T0N6R2V7X9A1BC"                | false
            /id                 | "01jd5q8w3zj4t0n6r2v7x9a1bc"                | false
            /id                 | "01JD5Q8W3ZJ4T0N6R2V7X9A1BI"                | false
            /id                 | "7d444840-9dc0-41d1-b245-5ffdce74fad2"      | false
            /id                 | "01932C07-209C-7E7D-8D2A-6F1E0B2F3C4D"      | false
            /id                 | 7                                           | false
            /kind               | "PullJob"                                   | true
            /kind               | "PullJobs"                                  | false
            /apiVersion         | "pullcast.dev/v1"                           | true
            /apiVersion         | "v1"                                        | false
            /images             | "alpine"                                    | false
            /images             | [7]                                         | false
            /images             | [{}]                                        | false
            /images             | [{"image":"a","platform":"linux/arm64/v8"}] | true
            /images             | [{"image":"a","platform":"arm64"}]          | false
            /images             | [{"image":"a","platform":"linux/*"}]        | false
            /images             | [{"image":"a","project":"-x"}]              | false
            /images             | [{"image":"a","credentials":{}}]            | false
            /pullPolicy         | "Always"                                    | true
            /pullPolicy         | "Never"                                     | false
            /pullThrough        | "never"                                     | true
            /pullThrough        | "always"                                    | false
            /pullSecrets        | []                                          | true
            /pullSecrets        | ["team/registry"]                           | true
            /pullSecrets        | ["a","b"]                                   | false
            /pullSecrets        | ["a b"]                                     | false
            /pullSecrets        | "a"                                         | false
            /insecureRegistries | []                                          | true
            /insecureRegistries | ["r:5000"]                                  | false
            /dockerConfig       | "secret"                                    | false
            /target             | {}                                          | true
            /target             | {"mode":"any","workers":["a"]}              | true
            /target             | {"mode":"one"}                              | false
            /target             | {"workers":[""]}                            | false
            /target             | {"workers":"a"}                             | false
            /target             | {"labels":{"a":1}}                          | false
            /labels             | {"example.com/a":"b c é"}                   | true
            /labels             | {"a b":"c"}                                 | false
            /labels             | {"a":"b\\nc"}                               | false
            /labels             | {"a":null}                                  | false
            /project            | "team.a_b-c"                                | true
            /project            | "a/b"                                       | false
            /credentials        | {"name":"team/registry"}                    | true
            /credentials        | {"sealed":"a..b.c.d"}                       | true
            /credentials        | {"sealed":"a.b"}                            | false
            /credentials        | {"name":"a","sealed":"a..b.c.d"}            | false
            /credentials        | {"name":"a","password":"b"}                 | false
            /credentials        | {"name":"a b"}                              | false
            """)
    void agreeOnAField(String field, String value, boolean good) {
        ObjectNode job = job();
        job.set(field.substring(1), ContractJson.mapper().readTree(value));
        assertThat(bothAccept(job)).isEqualTo(good);
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "images"})
    void agreeThatAFieldIsNeeded(String field) {
        assertThat(bothAccept(job().without(field))).isFalse();
    }

    @Test
    void agreeOnTheLengthOfTexts() {
        assertThat(bothAccept(job().put("project", "p".repeat(63)))).isTrue();
        assertThat(bothAccept(job().put("project", "p".repeat(64)))).isFalse();
        assertThat(bothAccept(withLabel("k".repeat(128), "v".repeat(256)))).isTrue();
        assertThat(bothAccept(withLabel("k".repeat(129), ""))).isFalse();
        assertThat(bothAccept(withLabel("k", "v".repeat(257)))).isFalse();
        assertThat(bothAccept(withCredentials("name", "n".repeat(128)))).isTrue();
        assertThat(bothAccept(withCredentials("name", "n".repeat(129)))).isFalse();
        assertThat(bothAccept(withCredentials("sealed", "a..b.c." + "d".repeat(16384 - 7))))
                .isTrue();
        assertThat(bothAccept(withCredentials("sealed", "a..b.c." + "d".repeat(16384 - 6))))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"username":"a","password":"b"}              | true
            {"username":"a"}                             | false
            {"auth":"YTpi","serveraddress":"docker.io"}  | true
            {"identitytoken":"t"}                        | true
            {"registrytoken":"t"}                        | true
            {"registrytoken":7}                          | false
            {"name":"a","password":"b"}                  | false
            {"name":"a"}                                 | true
            {}                                           | false
            """)
    void agreeOnALoginInARequest(String credentials, boolean good) {
        ObjectNode job = job();
        job.putArray("images").add("alpine");
        job.set("credentials", ContractJson.mapper().readTree(credentials));
        assertThat(Documents.validate("job.schema.json#/$defs/pullRequest", job).isEmpty())
                .isEqualTo(good);
        JobReader.Result result = JobReader.read(
                ContractJson.write(job), JobLimits.DEFAULT, new JobReader.Intake(() -> "", (_, _) -> "a..b.c.d"));
        assertThat(result instanceof JobReader.Accepted).as(result.toString()).isEqualTo(good);
    }

    private static ObjectNode withLabel(String key, String value) {
        ObjectNode job = job();
        job.putObject("labels").put(key, value);
        return job;
    }

    private static ObjectNode withCredentials(String key, String value) {
        ObjectNode job = job();
        job.putObject("credentials").put(key, value);
        return job;
    }

    private static ObjectNode job() {
        ObjectNode job = (ObjectNode) Documents.read("examples/PullJob.json");
        job.remove("spread");
        return job;
    }

    /** Whether schema and reader take it; fails if they differ. */
    private static boolean bothAccept(JsonNode job) {
        boolean schema = Documents.validate("job.schema.json", job).isEmpty();
        JobReader.Result result = JobReader.read(ContractJson.write(job), JobLimits.DEFAULT);
        assertThat(result instanceof JobReader.Accepted)
                .describedAs(result + " for " + job)
                .isEqualTo(schema);
        return schema;
    }
}
