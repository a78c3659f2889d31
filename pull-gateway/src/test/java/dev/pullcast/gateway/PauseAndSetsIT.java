// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.SseProbe;
import dev.pullcast.testkit.TestKafka;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Pausing jobs and ending standing sets over HTTP, by a gateway with its coordinator on a real Kafka. */
class PauseAndSetsIT {
    private static final String JSON = "Content-Type: application/json";
    private static final String WORKER = "w1";
    private static final Duration LONG = Duration.ofSeconds(30);

    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    private GatewayFixture gateways;
    private int port;

    @BeforeEach
    void start() {
        heartbeat();
        gateways = new GatewayFixture(loops.vertx(), kafka);
        port = gateways.start("gateway.roles=api,coordinator", "gateway.finished-jobs=1")
                .port();
        await().atMost(LONG).until(() -> SseProbe.get(port, "/readyz").status() == 200);
    }

    @AfterEach
    void stop() {
        gateways.close();
    }

    private void heartbeat() {
        Instant now = Instant.now();
        kafka.send(
                kafka.topics().workers(),
                WORKER,
                new WorkerStatus(WORKER, "i1", WorkerStatus.State.READY, Map.of(), now, now, 60, null, 0, 0, "1"));
    }

    private static JsonNode json(SseProbe.Answer answer) {
        return ContractJson.mapper().readTree(answer.body());
    }

    private SseProbe.Answer patch(String id, String body, String type) {
        return SseProbe.request(port, "PATCH", "/v1/pulls/" + id, body, "Content-Type: " + type);
    }

    private SseProbe.Answer pause(String id, boolean paused) {
        return patch(id, "{\"paused\":" + paused + "}", "application/merge-patch+json");
    }

    private String post(String body) {
        SseProbe.Answer answer = SseProbe.request(port, "POST", "/v1/pulls", body, JSON);
        assertThat(answer.status()).isEqualTo(202);
        return json(answer).get("id").asString();
    }

    private String state(String id) {
        return json(SseProbe.get(port, "/v1/pulls/" + id)).get("state").asString();
    }

    private void awaitState(String id, String state) {
        await().atMost(LONG).until(() -> state(id), state::equals);
    }

    private List<String> jobsWritten() {
        return kafka.readAll(kafka.topics().jobs()).stream()
                .map(r -> ContractJson.mapper().readTree(r.value()).get("kind").asString() + ' ' + r.key())
                .toList();
    }

    /** As the worker would: its pull has ended, and with it the job. */
    private void end(String id) {
        List<JsonNode> tasks = kafka
                .readUntil(
                        kafka.topics().tasks(),
                        records -> records.stream()
                                .anyMatch(r -> new String(r.value(), StandardCharsets.UTF_8).contains(id)))
                .stream()
                .map(r -> ContractJson.mapper().readTree(r.value()))
                .filter(task -> task.get("job").asString().equals(id))
                .toList();
        int partition = tasks.getFirst().get("jobPartition").asInt();
        var ended = (PullEvent.OfPull) GatewayFixture.succeeded(id, WORKER, 1);
        kafka.send(kafka.topics().events(), partition, id, ended);
        String key = Topics.resultKey(id, WORKER, ended.origin().pull());
        kafka.send(kafka.topics().results(), partition, key, ended);
        awaitState(id, "completed");
    }

    @Nested
    class AJob {
        @Test
        void is_paused_and_goes_on_and_a_repeat_changes_nothing() {
            String id = post("{\"images\":[\"alpine\"],\"paused\":true}");
            awaitState(id, "paused");

            assertThat(pause(id, false).status()).isEqualTo(202);
            awaitState(id, "running");
            for (int i = 0; i < 2; i++) {
                SseProbe.Answer again = pause(id, true);
                assertThat(again.status()).isEqualTo(202);
                assertThat(json(again).get("id").asString()).isEqualTo(id);
            }
            awaitState(id, "paused");
            assertThat(patch(id, "{\"paused\":false}", "application/json").status())
                    .isEqualTo(202);
            awaitState(id, "running");
            assertThat(kafka.readAll(kafka.topics().rejected())).isEmpty();
        }

        @Test
        void that_has_ended_is_not_paused_and_one_that_there_is_not_is_not_found() {
            String id = post("{\"images\":[\"alpine\"]}");
            end(id);
            int before = jobsWritten().size();

            SseProbe.Answer ended = pause(id, true);
            assertThat(ended.status()).isEqualTo(409);
            assertThat(ended.header("content-type")).contains("application/problem+json");
            assertThat(pause(UlidCreator.getMonotonicUlid().toString(), true).status())
                    .isEqualTo(404);
            assertThat(jobsWritten()).hasSize(before);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "{",
                    "[]",
                    "{}",
                    "{\"paused\":\"yes\"}",
                    "{\"paused\":null}",
                    "{\"paused\":true,\"parallelism\":5}"
                })
        void is_changed_by_nothing_else(String body) {
            String id = post("{\"images\":[\"alpine\"]}");
            SseProbe.Answer answer = patch(id, body, "application/json");
            assertThat(answer.status()).isEqualTo(400);
            assertThat(json(answer).get("reasons").size()).isPositive();
        }

        @ParameterizedTest
        @CsvSource({"text/plain", "application/json-patch+json", "application/x-www-form-urlencoded"})
        void is_not_changed_by_what_a_web_page_may_send(String type) {
            assertThat(patch("j", "{\"paused\":true}", type).status()).isEqualTo(415);
        }
    }

    @Nested
    class AStandingSet {
        private static final String BODY =
                "{\"images\":[\"alpine\"],\"keep\":true,\"refreshSeconds\":86400,\"removeOnExpiry\":true,"
                        + "\"project\":\"team\"}";

        private JsonNode sets() {
            return json(SseProbe.get(port, "/v1/sets"));
        }

        private SseProbe.Answer delete(String id) {
            return SseProbe.request(port, "DELETE", "/v1/pulls/" + id, "");
        }

        @Test
        void ends_by_a_cancel_of_its_job_that_has_ended_long_since() {
            String id = post(BODY);
            end(id);
            await().until(() -> sets().size() == 1);
            JsonNode set = sets().get(0);
            assertThat(set.get("id").asString()).isEqualTo(id);
            assertThat(set.get("project").asString()).isEqualTo("team");
            assertThat(set.get("images").get(0).get("image").asString()).isEqualTo("alpine");
            assertThat(Instant.parse(set.get("nextRefresh").asString()))
                    .isEqualTo(Instant.parse(set.get("refreshedAt").asString()).plusSeconds(86_400));

            assertThat(delete(id).status()).isEqualTo(202);

            await().atMost(LONG).until(() -> sets().size() == 0);
            assertThat(jobsWritten()).endsWith("CancelJob " + id);
            assertThat(kafka.readAll(kafka.topics().tasks()).stream()
                            .map(r -> new String(r.value(), StandardCharsets.UTF_8)))
                    .as("its images are removed")
                    .anyMatch(task -> task.contains("RemoveTask") && task.contains(id));
            int before = jobsWritten().size();
            assertThat(delete(id).status()).as("a repeat").isEqualTo(200);
            assertThat(jobsWritten()).hasSize(before);
        }

        @Test
        void ends_although_its_job_is_no_longer_kept() {
            String id = post(BODY);
            end(id);
            String later = post("{\"images\":[\"alpine\"]}");
            end(later);
            await().until(() -> SseProbe.get(port, "/v1/pulls/" + id).status() == 404);

            assertThat(delete(id).status()).isEqualTo(204);
            await().atMost(LONG).until(() -> sets().size() == 0);
            assertThat(kafka.readAll(kafka.topics().rejected())).isEmpty();
        }

        @Test
        void is_known_to_a_gateway_that_starts_later() {
            String id = post(BODY);
            await().until(() -> sets().size() == 1);
            int other = gateways.start().port();
            assertThat(SseProbe.get(other, "/v1/sets").body()).contains(id);
        }
    }
}
