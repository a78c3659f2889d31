// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static dev.pullcast.gateway.GatewayFixture.accepted;
import static dev.pullcast.gateway.GatewayFixture.completed;
import static dev.pullcast.gateway.GatewayFixture.layer;
import static dev.pullcast.gateway.GatewayFixture.queued;
import static dev.pullcast.gateway.GatewayFixture.succeeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.job.CancelJob;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.SseProbe;
import dev.pullcast.testkit.TestKafka;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** The gateway's HTTP API on a real Kafka, seen through bare sockets. */
class GatewayIT {
    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    private GatewayFixture gateways;
    private int port;

    @BeforeEach
    void start() {
        gateways = new GatewayFixture(loops.vertx(), kafka);
        port = gateways.start("gateway.cors.origins=https://friend.example").port();
    }

    @AfterEach
    void stop() {
        gateways.close();
    }

    private static JsonNode json(String text) {
        return ContractJson.mapper().readTree(text);
    }

    private static String newId() {
        return UlidCreator.getMonotonicUlid().toString();
    }

    @Nested
    class Jobs {
        @Test
        void are_on_the_topic_under_their_id_when_202_is_answered() {
            SseProbe.Answer answer =
                    SseProbe.postJson(port, "/v1/pulls", "{\"images\":[\"alpine\"],\"project\":\"team\"}");

            assertThat(answer.status()).isEqualTo(202);
            String id = json(answer.body()).get("id").asString();
            assertThat(answer.header("location")).contains("/v1/pulls/" + id);
            assertThat(json(answer.body()).get("state").asString()).isEqualTo("pending");
            List<ConsumerRecord<String, byte[]>> records =
                    kafka.readAll(kafka.topics().jobs());
            assertThat(records).hasSize(1);
            assertThat(records.getFirst().key()).isEqualTo(id);
            JsonNode job = ContractJson.mapper().readTree(records.getFirst().value());
            assertThat(job.get("id").asString()).isEqualTo(id);
            assertThat(job.get("images").get(0).get("image").asString()).isEqualTo("alpine");

            SseProbe.Answer shown = SseProbe.get(port, "/v1/pulls/" + id);
            assertThat(shown.status()).isEqualTo(200);
            assertThat(json(shown.body()).get("project").asString()).isEqualTo("team");
        }

        @Test
        void are_refused_with_every_reason_and_leave_nothing_on_the_topic() {
            SseProbe.Answer answer = SseProbe.postJson(port, "/v1/pulls", "{\"images\":[],\"parallelism\":\"many\"}");

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.header("content-type")).contains("application/problem+json");
            assertThat(json(answer.body()).get("reasons").toString())
                    .contains("images")
                    .contains("parallelism");
            assertThat(kafka.readAll(kafka.topics().jobs())).isEmpty();
        }

        @Test
        void are_cancelled_in_the_partition_that_they_stand_in_whatever_it_is() {
            String id = newId();
            int odd = (partitionOf(id) + 1) % kafka.partitions();
            kafka.send(kafka.topics().events(), odd, id, GatewayFixture.accepted(id, "w1"));
            await().until(() -> SseProbe.get(port, "/v1/pulls/" + id).status() == 200);

            SseProbe.Answer answer = SseProbe.request(port, "DELETE", "/v1/pulls/" + id, "");

            assertThat(answer.status()).isEqualTo(202);
            ConsumerRecord<String, byte[]> last =
                    kafka.readAll(kafka.topics().jobs()).getLast();
            assertThat(last.partition()).isEqualTo(odd);
            assertThat(new String(last.value(), StandardCharsets.UTF_8))
                    .contains(CancelJob.class.getSimpleName())
                    .contains(id);
        }

        private int partitionOf(String id) {
            return dev.pullcast.contract.kafka.Topics.partitionOf(id, kafka.partitions());
        }

        @Test
        void that_nobody_asked_for_are_not_found() {
            assertThat(SseProbe.get(port, "/v1/pulls/" + newId()).status()).isEqualTo(404);
            assertThat(SseProbe.get(port, "/v1/pulls/" + newId() + "/events").status())
                    .isEqualTo(404);
            assertThat(SseProbe.request(port, "DELETE", "/v1/pulls/" + newId(), "")
                            .status())
                    .isEqualTo(404);
        }

        @Test
        void show_where_each_image_is_on_each_worker() {
            String id = newId();
            gateways.send(
                    accepted(id, "w1", "w2"), layer(id, "w1", 2, LayerPhase.DOWNLOADING, 10), succeeded(id, "w2", 1));

            await().untilAsserted(() -> {
                JsonNode job = json(SseProbe.get(port, "/v1/pulls/" + id).body());
                assertThat(job.get("pulls").size()).isEqualTo(2);
                assertThat(job.get("pulls").get(0).get("state").asString()).isEqualTo("running");
                assertThat(job.get("pulls").get(1).get("state").asString()).isEqualTo("succeeded");
                assertThat(job.get("succeeded").asInt()).isEqualTo(1);
            });
            JsonNode list = json(SseProbe.get(port, "/v1/pulls").body());
            assertThat(list.get(0).get("id").asString()).isEqualTo(id);
            assertThat(list.get(0).has("pulls")).isFalse();
        }
    }

    @Nested
    class Streams {
        @Test
        void of_a_job_begin_with_a_snapshot_go_on_live_and_end_with_the_job() {
            String id = newId();
            gateways.send(accepted(id, "w1"), queued(id, "w1", 1));
            try (SseProbe stream = SseProbe.open(port, "/v1/pulls/" + id + "/events")) {
                assertThat(stream.status()).isEqualTo(200);
                assertThat(stream.headers())
                        .containsEntry("content-type", "text/event-stream")
                        .containsEntry("cache-control", "no-store")
                        .containsEntry("x-accel-buffering", "no")
                        .doesNotContainKeys("content-length", "content-encoding");
                assertThat(stream.next().orElseThrow().retry()).isEqualTo(2000);
                SseProbe.Block snapshot = stream.nextEvent();
                assertThat(snapshot.event()).isEqualTo("snapshot");
                assertThat(json(snapshot.data()).get("jobs").get(0).get("id").asString())
                        .isEqualTo(id);
                gateways.send(layer(id, "w1", 2, LayerPhase.DOWNLOADING, 10), succeeded(id, "w1", 3), completed(id));

                List<SseProbe.Block> events = stream.toEnd();
                assertThat(events)
                        .extracting(SseProbe.Block::event)
                        .endsWith("layer", "pull.succeeded", "job.completed");
                assertThat(events).allSatisfy(e -> assertThat(e.id()).isNotNull());
            }
        }

        @Test
        void of_a_finished_job_still_tell_its_end_and_are_not_opened_again_after_it() {
            String id = newId();
            gateways.send(accepted(id, "w1"), succeeded(id, "w1", 1), completed(id));
            await().until(() -> SseProbe.get(port, "/v1/pulls/" + id).body().contains("\"completed\""));
            String last;
            try (SseProbe stream = SseProbe.open(port, "/v1/pulls/" + id + "/events")) {
                assertThat(stream.toEnd())
                        .extracting(SseProbe.Block::event)
                        .containsExactly("snapshot", "job.completed");
                last = stream.lastEventId();
            }
            try (SseProbe again = SseProbe.open(port, "/v1/pulls/" + id + "/events", "Last-Event-ID: " + last)) {
                assertThat(again.status()).isEqualTo(204);
            }
        }

        @Test
        void of_everything_filter_by_worker_image_project_and_type() {
            String id = newId();
            try (SseProbe w2 = SseProbe.open(port, "/v1/events?worker=w2&type=pull.succeeded");
                    SseProbe alpine = SseProbe.open(port, "/v1/events?image=*/library/al*&type=pull.succeeded");
                    SseProbe other = SseProbe.open(port, "/v1/events?project=other&type=pull.succeeded,job.completed");
                    SseProbe none =
                            SseProbe.open(port, "/v1/events?image=busybox*&type=pull.succeeded,job.completed")) {
                for (SseProbe probe : List.of(w2, alpine, other, none)) {
                    assertThat(probe.nextEvent().event()).isEqualTo("snapshot");
                }
                gateways.send(succeeded(id, "w1", 1), succeeded(id, "w2", 1), completed(id));

                assertThat(json(w2.nextEvent().data()).get("worker").asString()).isEqualTo("w2");
                assertThat(json(alpine.nextEvent().data()).get("worker").asString())
                        .isEqualTo("w1");
                assertThat(json(alpine.nextEvent().data()).get("worker").asString())
                        .isEqualTo("w2");
                assertThat(none.nextEvent().event()).isEqualTo("job.completed");
            }
        }

        @Test
        void keep_their_framing_whatever_stands_in_a_text() {
            String id = newId();
            String evil = "a\r\ndata: forged\n\nevent: job.completed\u0000\u2028end";
            try (SseProbe stream = SseProbe.open(port, "/v1/events")) {
                stream.nextEvent("snapshot");
                gateways.send(
                        new dev.pullcast.contract.event.PullEvent.Cancelled(GatewayFixture.origin(id, "w1", 1), evil));
                String pretty = "{\n \"type\" : \"pull.started\",\r\n \"job\":\"" + id + "\"\n}";
                kafka.sendBytes(kafka.topics().events(), null, id, pretty.getBytes(StandardCharsets.UTF_8));
                String forged = "{\"type\":\"x\\ndata: forged\",\"job\":\"" + id + "\"}";
                kafka.sendBytes(kafka.topics().events(), null, id, forged.getBytes(StandardCharsets.UTF_8));

                SseProbe.Block cancelled = stream.nextEvent();
                assertThat(cancelled.event()).isEqualTo("pull.cancelled");
                assertThat(json(cancelled.data()).get("message").asString()).isEqualTo(evil);
                assertThat(stream.nextEvent().event()).isEqualTo("unknown");
            }
        }

        @Test
        void tell_of_workers_that_come_and_leave() {
            try (SseProbe stream = SseProbe.open(port, "/v1/events?type=worker")) {
                stream.nextEvent("snapshot");
                var now = java.time.Instant.now();
                kafka.send(
                        kafka.topics().workers(),
                        "w1",
                        new dev.pullcast.contract.worker.WorkerStatus(
                                "w1",
                                "i1",
                                dev.pullcast.contract.worker.WorkerStatus.State.READY,
                                Map.of(),
                                now,
                                now,
                                10,
                                null,
                                0,
                                0,
                                "1"));
                JsonNode come = json(stream.nextEvent("worker").data());
                assertThat(come.get("worker").asString()).isEqualTo("w1");
                assertThat(come.get("live").asBoolean()).isTrue();
                assertThat(json(SseProbe.get(port, "/v1/workers").body()).size())
                        .isEqualTo(1);
                kafka.sendBytes(kafka.topics().workers(), null, "w1", null);
                assertThat(json(stream.nextEvent("worker").data()).get("live").asBoolean())
                        .isFalse();
            }
        }
    }
}
