// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.testkit.DevEngine;
import dev.pullcast.testkit.SseProbe;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The HTTP API before a real worker, a real engine and a registry that asks for a login. */
class HttpApiOnARealEngineIT {
    private static final String USER = "puller";
    private static final String PASSWORD = "s3cret:of-the-registry";

    @RegisterExtension
    static final DevEngine ENGINE = DevEngine.withLogin(USER, PASSWORD);

    @TempDir
    static Path data;

    private static Standalone standalone;
    private static int port;

    @BeforeAll
    static void start() throws Exception {
        Path keys = Files.writeString(data.resolve("keys"), "k1:" + "A".repeat(43) + "\n");
        Map<String, String> settings = new HashMap<>(Map.of(
                "engine.host", ENGINE.dockerHost(),
                "gateway.port", "0",
                "worker.id", "east-1",
                "credentials.keys", keys.toString(),
                "pull.backoff-base-ms", "20"));
        standalone = new Standalone(UpConfig.of(null, data, Map.of("HOME", data.toString()), settings));
        port = URI.create(standalone.start()).getPort();
    }

    @AfterAll
    static void stop() {
        if (standalone != null) {
            standalone.close();
        }
    }

    private static JsonNode json(String text) {
        return ContractJson.mapper().readTree(text);
    }

    @Test
    void aLoginInARequestIsSealedOnItsWayAndOpensTheRegistryForTheWorker() {
        ENGINE.seed("sealed/app:1", "--layers", "1", "--size", "64K");
        String image = ENGINE.image("sealed/app:1");
        String body = "{\"images\":[{\"image\":\"" + image + "\",\"credentials\":{\"username\":\"" + USER
                + "\",\"password\":\"" + PASSWORD + "\"}}]}";
        String job;
        List<PullEvent> seen;
        try (SseProbe stream = SseProbe.open(port, "/v1/events")) {
            SseProbe.Answer answer = SseProbe.postJson(port, "/v1/pulls", body);
            assertThat(answer.status()).as(answer.body()).isEqualTo(202);
            job = json(answer.body()).get("id").asString();
            seen = Outside.untilCompleted(stream, job);
        }
        assertThat(seen).extracting(PullEvent::type).contains("pull.succeeded");
        assertThat(ENGINE.has(image)).isTrue();
        for (String topic : List.of(
                Topics.DEFAULT.jobs(), Topics.DEFAULT.tasks(), Topics.DEFAULT.events(), Topics.DEFAULT.results())) {
            List<byte[]> values = Outside.valuesOf(standalone.kafka(), topic);
            assertThat(values)
                    .as(topic)
                    .isNotEmpty()
                    .allSatisfy(value -> assertThat(new String(value, StandardCharsets.UTF_8))
                            .doesNotContain(PASSWORD)
                            .doesNotContain(USER));
        }
        assertThat(json(new String(
                                Outside.valuesOf(standalone.kafka(), Topics.DEFAULT.jobs())
                                        .getFirst(),
                                StandardCharsets.UTF_8))
                        .at("/images/0/credentials/sealed")
                        .asString())
                .startsWith("eyJ");
    }

    @Test
    void theOlderPullersCallPullsWithItsLoginAndTellsWhichImagesAreThere() {
        ENGINE.seed("older/app:1", "--layers", "1", "--size", "64K");
        String body = """
                {"concurrency": 2, "retry": 1, "images": [
                  {"image": "%s", "tag": "1", "project": "p1", "auth_config": {"username": "%s", "password": "%s"}},
                  {"image": "%s", "tag": "2", "project": "p1", "auth_config": {"username": "%s", "password": "wrong"}}]}""".formatted(ENGINE.image("older/app"), USER, PASSWORD, ENGINE.image("older/app"), USER);

        SseProbe.Answer answer = SseProbe.postJson(port, "/pull", body);

        assertThat(answer.status()).as(answer.body()).isEqualTo(500);
        JsonNode told = json(answer.body());
        assertThat(told.at("/success/0/tag").asString()).isEqualTo("1");
        assertThat(told.at("/success/0/retried").asInt()).isEqualTo(1);
        assertThat(told.at("/success/0/cost").asString()).matches("\\d+(\\.\\d+)?m?s");
        assertThat(told.at("/failure/0/tag").asString()).isEqualTo("2");
        assertThat(told.at("/failure/0/errmsg").asString()).startsWith("auth: ");
        assertThat(answer.body()).doesNotContain(PASSWORD);
        assertThat(ENGINE.has(ENGINE.image("older/app:1"))).isTrue();
    }

    @Test
    void aRequestThatWaitsIsAnsweredWithTheImageThereAndTheImageIsFoundAfterwards() {
        String digest = ENGINE.seedImage("waited/app:1", "--layers", "1", "--size", "64K");
        String image = ENGINE.image("waited/app:1");
        SseProbe.Answer answer = SseProbe.request(
                port,
                "POST",
                "/v1/pulls",
                "{\"images\":[\"" + image + "\"],\"credentials\":{\"username\":\"" + USER + "\",\"password\":\""
                        + PASSWORD + "\"}}",
                "Content-Type: application/json",
                "Prefer: wait=60");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(json(answer.body()).get("result").asString()).isEqualTo("succeeded");
        assertThat(ENGINE.has(image)).isTrue();
        JsonNode found =
                json(SseProbe.get(port, "/v1/images?reference=" + image).body());
        assertThat(found.at("/workers/0/worker").asString()).isEqualTo("east-1");
        assertThat(found.at("/workers/0/digest").asString()).isEqualTo(digest);
        assertThat(found.at("/workers/0/live").asBoolean()).isTrue();
    }
}
