// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static dev.pullcast.gateway.GatewayFixture.accepted;
import static dev.pullcast.gateway.GatewayFixture.completed;
import static dev.pullcast.gateway.GatewayFixture.queued;
import static dev.pullcast.gateway.GatewayFixture.succeeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.SseProbe;
import dev.pullcast.testkit.TestKafka;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Jobs, workers and images over HTTP, on a real Kafka, with events as workers and coordinators write them. */
class PullApiIT {
    private static final String JSON = "Content-Type: application/json";
    private static final Pattern NEXT = Pattern.compile("<([^>]*)>; rel=\"next\"");

    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    private GatewayFixture gateways;
    private int port;

    @BeforeEach
    void start() {
        gateways = new GatewayFixture(loops.vertx(), kafka);
        port = gateways.start("gateway.max-jobs=3", "gateway.max-images=2", "gateway.sse.max-subscribers-per-address=2")
                .port();
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

    private static SseProbe.Answer post(int port, String body, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add(JSON);
        return SseProbe.request(port, "POST", "/v1/pulls", body, all.toArray(String[]::new));
    }

    private static String idIn(SseProbe.Answer answer) {
        return json(answer.body()).get("id").asString();
    }

    private int records() {
        return kafka.readAll(kafka.topics().jobs()).size();
    }

    @Nested
    class ARepeatedRequest {
        private static final String BODY = "{\"images\":[\"alpine\"],\"labels\":{\"a\":\"1\",\"b\":\"2\"}}";

        @Test
        void withTheSameKeyIsTheSameJobAtEveryGatewayAndAfterARestart() {
            SseProbe.Answer first = post(port, BODY, "Idempotency-Key: \"k 1\"");
            assertThat(first.status()).isEqualTo(202);
            assertThat(first.header("idempotency-replayed")).isEmpty();
            String sameInOtherWords = "{\"labels\":{\"b\":\"2\",\"a\":\"1\"}, \"images\":[{\"image\":\"alpine\"}]}";

            SseProbe.Answer here = post(port, sameInOtherWords, "Idempotency-Key: k 1");
            int other = gateways.start().port();
            SseProbe.Answer there = post(other, BODY, "Idempotency-Key: \"k 1\"");

            for (SseProbe.Answer again : List.of(here, there)) {
                assertThat(again.status()).isEqualTo(202);
                assertThat(idIn(again)).isEqualTo(idIn(first));
                assertThat(again.header("location")).isEqualTo(first.header("location"));
                assertThat(again.header("idempotency-replayed")).contains("true");
            }
            assertThat(records()).isEqualTo(1);
            assertThat(idIn(post(port, BODY, "Idempotency-Key: k 2"))).isNotEqualTo(idIn(first));
        }

        @Test
        void atTheSameMomentIsOneJobToo() {
            List<CompletableFuture<SseProbe.Answer>> all = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                all.add(CompletableFuture.supplyAsync(() -> post(port, BODY, "Idempotency-Key: race")));
            }
            assertThat(all.stream()
                            .map(CompletableFuture::join)
                            .map(PullApiIT::idIn)
                            .distinct())
                    .hasSize(1);
        }

        @Test
        void withTheSameKeyAndAnotherBodyIsRefused() {
            post(port, BODY, "Idempotency-Key: k");
            SseProbe.Answer other = post(port, "{\"images\":[\"busybox\"]}", "Idempotency-Key: k");
            assertThat(other.status()).isEqualTo(422);
            assertThat(json(other.body()).get("detail").asString()).contains("Idempotency-Key");
            assertThat(records()).isEqualTo(1);
        }

        @Test
        void withTheSameIdAndAnotherBodyIsRefused() {
            String id = newId();
            String body = "{\"id\":\"" + id + "\",\"images\":[\"alpine\"]}";
            assertThat(idIn(post(port, body))).isEqualTo(id);
            assertThat(post(port, body).status()).isEqualTo(202);
            assertThat(post(port, body.replace("alpine", "busybox")).status()).isEqualTo(409);
        }

        @ParameterizedTest
        @ValueSource(strings = {"empty", "long", "twice", "beside an id"})
        void withABadKeyOrOneBesideAnIdIsRefusedByName(String bad) {
            SseProbe.Answer answer = switch (bad) {
                case "empty" -> post(port, BODY, "Idempotency-Key: ");
                case "long" -> post(port, BODY, "Idempotency-Key: " + "k".repeat(256));
                case "twice" -> post(port, BODY, "Idempotency-Key: a", "Idempotency-Key: b");
                default -> post(port, "{\"id\":\"" + newId() + "\",\"images\":[\"a\"]}", "Idempotency-Key: k");
            };
            assertThat(answer.status()).isEqualTo(400);
            assertThat(json(answer.body()).get("reasons").toString()).contains("Idempotency-Key");
            assertThat(records()).isZero();
        }
    }

    @Nested
    class ARequestThatWaits {
        @Test
        void isAnsweredWhenTheJobHasEnded() {
            CompletableFuture<SseProbe.Answer> answer = CompletableFuture.supplyAsync(
                    () -> post(port, "{\"images\":[\"alpine\"]}", "Prefer: respond-async, wait=20"));
            String id = kafka.readUntil(kafka.topics().jobs(), all -> !all.isEmpty())
                    .getFirst()
                    .key();
            gateways.send(accepted(id, "w1"), succeeded(id, "w1", 1));
            assertThat(answer).isNotDone();
            gateways.send(completed(id));

            SseProbe.Answer ended = answer.orTimeout(15, TimeUnit.SECONDS).join();
            assertThat(ended.status()).isEqualTo(200);
            assertThat(ended.header("preference-applied")).contains("wait=20");
            assertThat(json(ended.body()).get("state").asString()).isEqualTo("completed");
            assertThat(json(ended.body()).get("pulls").get(0).get("digest").asString())
                    .startsWith("sha256:");
        }

        @Test
        void isToldWhatIsKnownWhenTheTimeIsUp() {
            SseProbe.Answer answer = post(port, "{\"images\":[\"alpine\"]}", "Prefer: wait=1");
            assertThat(answer.status()).isEqualTo(202);
            assertThat(answer.header("preference-applied")).contains("wait=1");
            assertThat(json(answer.body()).get("state").asString()).isEqualTo("pending");
            assertThat(answer.header("location")).contains("/v1/pulls/" + idIn(answer));
        }

        @Test
        void isAnsweredAsAnyOtherWhereThePreferenceIsNotUnderstood() {
            SseProbe.Answer answer = post(port, "{\"images\":[\"alpine\"]}", "Prefer: wait=soon; x, handling=strict");
            assertThat(answer.status()).isEqualTo(202);
            assertThat(answer.header("preference-applied")).isEmpty();
        }
    }

    @Nested
    class TheListOfJobs {
        private List<String> ids(String query) {
            List<String> ids = new ArrayList<>();
            json(SseProbe.get(port, "/v1/pulls" + query).body())
                    .forEach(job -> ids.add(job.get("id").asString()));
            return ids;
        }

        @Test
        void comesInPagesThatNewJobsDoNotMove() {
            List<String> all = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                String id = newId();
                all.addFirst(id);
                gateways.send(accepted(id, "w1"), completed(id));
            }
            await().until(() -> ids("").size() == 5);
            List<String> read = new ArrayList<>();
            String page = "/v1/pulls?limit=2&state=completed";
            int pages = 0;
            while (page != null) {
                SseProbe.Answer answer = SseProbe.get(port, page);
                json(answer.body()).forEach(job -> read.add(job.get("id").asString()));
                if (pages++ == 0) {
                    String late = newId();
                    gateways.send(accepted(late, "w1"), completed(late));
                    await().until(() -> ids("").size() == 6);
                    assertThat(answer.header("link").orElseThrow()).contains("rel=\"first\"");
                }
                Matcher next = NEXT.matcher(answer.header("link").orElseThrow());
                page = next.find() ? next.group(1) : null;
                assertThat(page == null || page.contains("state=completed")).isTrue();
            }
            assertThat(pages).isEqualTo(3);
            // Their events have one time: within it, ids decide.
            assertThat(read).containsExactlyInAnyOrderElementsOf(all).doesNotHaveDuplicates();
        }

        @Test
        void isFiltered() {
            String pending = idIn(post(port, "{\"images\":[\"alpine\"],\"project\":\"p\",\"labels\":{\"k\":\"v\"}}"));
            String running = newId();
            String done = newId();
            gateways.send(accepted(running, "w1"), accepted(done, "w2"), completed(done));
            await().until(() -> ids("?result=succeeded").size() == 1
                    && ids("?state=running").size() == 1);

            assertThat(ids("?state=pending")).containsExactly(pending);
            assertThat(ids("?state=running,completed")).containsExactlyInAnyOrder(running, done);
            assertThat(ids("?state=running&state=pending")).containsExactlyInAnyOrder(running, pending);
            assertThat(ids("?project=p")).containsExactly(pending);
            assertThat(ids("?worker=w2")).containsExactly(done);
            assertThat(ids("?image=docker.io/*/al*&worker=w1")).containsExactly(running);
            assertThat(ids("?image=busybox*")).isEmpty();
            assertThat(ids("?label=k=v")).containsExactly(pending);
            assertThat(ids("?label=k=w")).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "limit=0",
                    "limit=1001",
                    "limit=x",
                    "limit=1&limit=2",
                    "state=gone",
                    "result=x",
                    "label=x",
                    "image=a%20b",
                    "worker=",
                    "cursor=x",
                    "cursor=",
                    "sort=asc"
                })
        void namesABadParameter(String query) {
            SseProbe.Answer answer = SseProbe.get(port, "/v1/pulls?" + query);
            assertThat(answer.status()).as(answer.body()).isEqualTo(400);
            assertThat(answer.header("content-type")).contains("application/problem+json");
            assertThat(json(answer.body()).get("reasons").get(0).asString())
                    .startsWith(query.substring(0, query.indexOf('=')) + ":");
        }
    }

    @Nested
    class ACancel {
        @Test
        void ofWhatHasEndedChangesNothingHoweverOftenItComes() {
            String id = newId();
            gateways.send(accepted(id, "w1"), completed(id));
            await().until(() -> SseProbe.get(port, "/v1/pulls/" + id).body().contains("\"completed\""));
            for (int i = 0; i < 2; i++) {
                SseProbe.Answer answer = SseProbe.request(port, "DELETE", "/v1/pulls/" + id, "");
                assertThat(answer.status()).isEqualTo(200);
                assertThat(json(answer.body()).get("result").asString()).isEqualTo("succeeded");
            }
            assertThat(records()).isZero();
        }
    }

    @Nested
    class AWorker {
        @Test
        void isShownWithWhatItHasToDo() {
            assertThat(SseProbe.get(port, "/v1/workers/w1").status()).isEqualTo(404);
            Instant now = Instant.now();
            kafka.send(
                    kafka.topics().workers(),
                    "w1",
                    new WorkerStatus("w1", "i1", WorkerStatus.State.READY, Map.of(), now, now, 10, null, 0, 0, "1"));
            String id = newId();
            gateways.send(accepted(id, "w1", "w2"), queued(id, "w1", 1), succeeded(id, "w2", 1));
            await().untilAsserted(() -> {
                JsonNode worker = json(SseProbe.get(port, "/v1/workers/w1").body());
                assertThat(worker.path("live").asBoolean()).isTrue();
                assertThat(worker.path("worker").asString()).isEqualTo("w1");
                assertThat(worker.path("pulls").size()).isEqualTo(1);
                assertThat(worker.at("/pulls/0/job").asString()).isEqualTo(id);
            });
        }
    }

    @Nested
    class AnImage {
        @Test
        void isFoundByNameTagAndDigestWhereItWasSeen() {
            String id = newId();
            gateways.send(accepted(id, "w1"), succeeded(id, "w1", 1));
            await().untilAsserted(() -> {
                JsonNode found =
                        json(SseProbe.get(port, "/v1/images?reference=alpine").body());
                assertThat(found.get("reference").asString()).isEqualTo("docker.io/library/alpine:latest");
                assertThat(found.at("/workers/0/worker").asString()).isEqualTo("w1");
                assertThat(found.at("/workers/0/digest").asString()).isEqualTo("sha256:" + "a".repeat(64));
                assertThat(found.at("/workers/0/live").asBoolean(true)).isFalse();
                assertThat(found.at("/workers/0/job").asString()).isEqualTo(id);
                assertThat(found.at("/workers/0/seenAt").asString()).startsWith("2026-");
            });
            String digest = "docker.io/library/alpine@sha256:";
            assertThat(workersWith(digest + "a".repeat(64))).isEqualTo(1);
            assertThat(workersWith(digest + "b".repeat(64))).isZero();
            assertThat(workersWith("alpine:3")).isZero();
        }

        private int workersWith(String reference) {
            return json(SseProbe.get(port, "/v1/images?reference=" + reference).body())
                    .get("workers")
                    .size();
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "?reference=", "?reference=A%20b", "?reference=a&reference=b"})
        void mustBeNamed(String query) {
            SseProbe.Answer answer = SseProbe.get(port, "/v1/images" + query);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(json(answer.body()).get("reasons").get(0).asString()).startsWith("reference:");
        }
    }

    @Nested
    class TooMuch {
        @Test
        void jobsOfOneProjectAreRefusedUntilOneHasEnded() {
            String body = "{\"images\":[\"alpine\"],\"project\":\"p\"}";
            List<CompletableFuture<SseProbe.Answer>> all = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                all.add(CompletableFuture.supplyAsync(() -> post(port, body)));
            }
            List<SseProbe.Answer> answers =
                    all.stream().map(CompletableFuture::join).toList();
            assertThat(answers).filteredOn(a -> a.status() == 202).hasSize(3);
            List<SseProbe.Answer> refused =
                    answers.stream().filter(a -> a.status() != 202).toList();
            assertThat(refused).hasSize(3).allSatisfy(answer -> {
                assertThat(answer.status()).isEqualTo(429);
                assertThat(answer.header("retry-after")).isPresent();
                assertThat(answer.body()).contains("The project p has 3 jobs");
            });
            assertThat(post(port, body.replace("\"p\"", "\"q\"")).status()).isEqualTo(202);
            String one = idIn(
                    answers.stream().filter(a -> a.status() == 202).findFirst().orElseThrow());
            gateways.send(completed(one));
            await().until(() -> post(port, body).status() == 202);
        }

        @Test
        void imagesOfAJobAreRefused() {
            SseProbe.Answer answer = post(port, "{\"images\":[\"a\",\"b\",\"c\"]}");
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body()).contains("images: has 3 elements; at most 2 are allowed");
        }

        @Test
        void streamsOfTheWholeProcessAreRefusedUntilOneIsClosed() {
            int full = gateways.start("gateway.sse.max-subscribers=2").port();
            try (SseProbe first = SseProbe.open(full, "/v1/events")) {
                first.nextEvent("snapshot");
                try (SseProbe second = SseProbe.open(full, "/v1/events")) {
                    second.nextEvent("snapshot");
                    for (String path : List.of("/v1/events", "/v1/pulls/x/events", "/v1/workers/x/events")) {
                        SseProbe.Answer third = SseProbe.get(full, path);
                        assertThat(third.status()).as(path).isEqualTo(429);
                        assertThat(third.header("retry-after")).isPresent();
                        assertThat(third.header("content-type")).contains("application/problem+json");
                        assertThat(third.body()).contains("too many open streams");
                    }
                    assertThat(SseProbe.get(full, "/v1/pulls").status()).isEqualTo(200);
                }
                await().until(() -> {
                    try (SseProbe again = SseProbe.open(full, "/v1/events")) {
                        return again.status() == 200;
                    }
                });
            }
        }

        @Test
        void streamsOfOneAddressAreRefusedUntilOneIsClosed() {
            try (SseProbe first = SseProbe.open(port, "/v1/events")) {
                first.nextEvent("snapshot");
                try (SseProbe second = SseProbe.open(port, "/v1/events")) {
                    second.nextEvent("snapshot");
                    SseProbe.Answer third = SseProbe.get(port, "/v1/events");
                    assertThat(third.status()).isEqualTo(429);
                    assertThat(third.header("retry-after")).isPresent();
                    assertThat(third.body()).contains("2 open streams");
                }
                await().until(() -> {
                    try (SseProbe again = SseProbe.open(port, "/v1/events")) {
                        return again.status() == 200;
                    }
                });
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /v1/pulls              | GET, HEAD, OPTIONS, POST
            /v1/pulls/x            | DELETE, GET, HEAD, OPTIONS, PATCH
            /v1/sets               | GET, HEAD, OPTIONS
            /v1/pulls/x/events     | GET, HEAD, OPTIONS
            /v1/events             | GET, HEAD, OPTIONS
            /v1/workers            | GET, HEAD, OPTIONS
            /v1/workers/x          | GET, HEAD, OPTIONS
            /v1/workers/x/events   | GET, HEAD, OPTIONS
            /v1/images             | GET, HEAD, OPTIONS
            /openapi.yaml          | GET, HEAD, OPTIONS
            /asyncapi.yaml         | GET, HEAD, OPTIONS
            /ping                  | GET, HEAD, OPTIONS
            /debug/dump            | GET, HEAD, OPTIONS
            /pull                  | OPTIONS, POST
            /healthz               | GET, HEAD, OPTIONS
            /readyz                | GET, HEAD, OPTIONS
            /metrics               | GET, HEAD, OPTIONS
            /                      | GET, HEAD, OPTIONS
            /app.js                | GET, HEAD, OPTIONS
            /job.schema.json       | GET, HEAD, OPTIONS
            """)
    void everyPathTellsItsMethodsAndTakesNoOther(String path, String allow) {
        SseProbe.Answer options = SseProbe.request(port, "OPTIONS", path, "");
        assertThat(options.status()).isEqualTo(204);
        assertThat(options.header("allow")).contains(allow);
        for (String method : List.of("PUT", "PATCH", "DELETE", "POST")) {
            if (!allow.contains(method)) {
                SseProbe.Answer refused = SseProbe.request(port, method, path, "{}", JSON);
                assertThat(refused.status()).as(method).isEqualTo(405);
                assertThat(refused.header("allow")).contains(allow);
                assertThat(refused.header("content-type")).contains("application/problem+json");
            }
        }
        if (allow.contains("GET")) {
            SseProbe.Answer head = SseProbe.request(port, "HEAD", path, "");
            assertThat(head.status()).isIn(200, 400, 404, 503);
            assertThat(SseProbe.request(port, "GET", path, "", "Accept: image/webp")
                            .status())
                    .isEqualTo(406);
        }
    }

    @Test
    void aBodyThatIsEncodedOrNoJsonIsRefused() {
        assertThat(post(port, "x", "Content-Encoding: gzip").status()).isEqualTo(415);
        assertThat(SseProbe.request(port, "POST", "/v1/pulls", "images=a").status())
                .isEqualTo(415);
        assertThat(post(port, "{").status()).isEqualTo(400);
    }
}
