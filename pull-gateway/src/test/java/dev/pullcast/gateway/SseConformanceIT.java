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
import dev.pullcast.testkit.SseProbe;
import dev.pullcast.testkit.TestKafka;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of the event stream as it stands in docs/protocol.md, seen from outside, over bare sockets. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SseConformanceIT {
    private static final String FRIEND = "https://friend.example";

    private final Vertx vertx = Vertx.vertx();
    private final TestKafka kafka = new TestKafka(12);
    private final GatewayFixture gateways = new GatewayFixture(vertx, kafka);
    private int port;

    @BeforeAll
    void start() {
        kafka.open();
        port = gateways.start(
                        "gateway.cors.origins=" + FRIEND,
                        "gateway.sse.heartbeat-seconds=1",
                        "gateway.sse.max-lifetime-seconds=600")
                .port();
    }

    @AfterAll
    void stop() throws TimeoutException {
        gateways.close();
        vertx.close().await(20, TimeUnit.SECONDS);
        kafka.close();
    }

    private static String newJob() {
        return UlidCreator.getMonotonicUlid().toString();
    }

    private String runningJob() {
        String job = newJob();
        gateways.send(accepted(job, "w1"), queued(job, "w1", 1));
        return job;
    }

    private String worker(String id) {
        Instant now = Instant.now();
        kafka.send(
                kafka.topics().workers(),
                id,
                new WorkerStatus(id, "i1", WorkerStatus.State.READY, Map.of(), now, now, 600, null, 0, 0, "1"));
        return id;
    }

    /** Every path on which there is a stream. */
    private List<String> streams() {
        return List.of(
                "/v1/events", "/v1/pulls/" + runningJob() + "/events", "/v1/workers/" + worker("node-1") + "/events");
    }

    private static void expectProblem(SseProbe.Answer answer, int status, String named) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("content-type")).contains("application/problem+json");
        assertThat(answer.body()).contains(named);
    }

    @Nested
    class AStream {
        @Test
        void has_its_head_at_once_and_says_how_it_is_to_be_treated() {
            for (String path : streams()) {
                try (SseProbe stream = SseProbe.open(port, path, "Accept-Encoding: gzip, br")) {
                    assertThat(stream.status()).as(path).isEqualTo(200);
                    assertThat(stream.headers())
                            .as(path)
                            .containsEntry("content-type", "text/event-stream")
                            .containsEntry("cache-control", "no-store")
                            .containsEntry("x-accel-buffering", "no")
                            .containsEntry("transfer-encoding", "chunked")
                            .doesNotContainKeys("content-length", "content-encoding");
                    assertThat(stream.next().orElseThrow().retry()).isEqualTo(2000);
                    SseProbe.Block snapshot = stream.nextEvent();
                    assertThat(snapshot.event()).isEqualTo("snapshot");
                    assertThat(snapshot.id()).isNotNull();
                }
            }
        }

        @Test
        void has_ids_that_are_safe_in_a_header_and_short() {
            for (String path : streams()) {
                try (SseProbe stream = SseProbe.open(port, path)) {
                    assertThat(stream.nextEvent("snapshot").id())
                            .as(path)
                            .matches("[A-Za-z0-9_-]+")
                            .hasSizeLessThanOrEqualTo(128);
                }
            }
        }

        @Test
        void keeps_its_place_by_heartbeats_with_an_id() {
            for (String path : streams()) {
                try (SseProbe stream = SseProbe.open(port, path)) {
                    stream.nextEvent("snapshot");
                    SseProbe.Block beat = stream.next().orElseThrow();
                    while (beat.isEvent()) {
                        beat = stream.next().orElseThrow();
                    }
                    assertThat(beat.comments()).hasSize(1);
                    assertThat(beat.id()).as(path).isNotNull();
                }
            }
        }

        @Test
        void of_a_worker_has_what_happens_there_and_nothing_else() {
            String one = worker("node-2");
            worker("node-3");
            String job = newJob();
            try (SseProbe stream = SseProbe.open(port, "/v1/workers/" + one + "/events")) {
                String snapshot = stream.nextEvent("snapshot").data();
                assertThat(snapshot).contains("node-2").doesNotContain("node-3");
                gateways.send(accepted(job, "node-3"), queued(job, "node-3", 1), queued(job, "node-2", 2));
                SseProbe.Block event = stream.nextEvent(block -> !block.event().equals("worker"));
                assertThat(event.event()).isEqualTo("pull.queued");
                assertThat(event.data()).contains("\"node-2\"");
            }
        }

        @Test
        void takes_a_blank_id_for_none() {
            try (SseProbe stream = SseProbe.open(port, "/v1/events?lastEventId=", "Last-Event-ID: ")) {
                assertThat(stream.nextEvent().event()).isEqualTo("snapshot");
            }
        }

        @Test
        void begins_where_a_time_or_a_duration_says() {
            String job = runningJob();
            String path = "/v1/pulls/" + job + "/events?since=";
            for (String since : List.of("10m", "PT1H", "1d", "2020-01-01T00:00:00Z", "2020-01-01T02:00:00%2B02:00")) {
                try (SseProbe stream = SseProbe.open(port, path + since)) {
                    assertThat(stream.nextEvent().event()).as(since).isEqualTo("job.accepted");
                }
            }
        }
    }

    @Nested
    class AWrongRequest {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "project=%00",
                    "worker=",
                    "image=a%20b",
                    "job=nope",
                    "type=a%3Ab",
                    "since=soon",
                    "since=",
                    "since=1h&since=2h",
                    "since=%2B999999999-01-01T00:00:00Z",
                    "lastEventId=1-abcdeaB!",
                    "nonsense=1"
                })
        void is_told_which_parameter_is_wrong(String query) {
            String name = query.substring(0, query.indexOf('='));
            expectProblem(SseProbe.get(port, "/v1/events?" + query), 400, name);
        }

        @Test
        void is_told_of_a_wrong_header_and_of_a_parameter_that_the_path_has_settled() {
            expectProblem(SseProbe.get(port, "/v1/events", "Last-Event-ID: (x)"), 400, "Last-Event-ID");
            expectProblem(SseProbe.get(port, "/v1/pulls/" + runningJob() + "/events?job=a"), 400, "job");
            expectProblem(SseProbe.get(port, "/v1/workers/" + worker("node-1") + "/events?worker=a"), 400, "worker");
        }

        @Test
        void with_another_method_is_told_those_that_there_are() {
            for (String path : streams()) {
                for (String method : List.of("POST", "PUT", "DELETE", "PATCH")) {
                    SseProbe.Answer answer = SseProbe.request(port, method, path, "");
                    expectProblem(answer, 405, method);
                    assertThat(answer.header("allow")).contains("GET, HEAD, OPTIONS");
                }
            }
        }

        @Test
        void for_another_type_is_not_acceptable() {
            for (String path : streams()) {
                expectProblem(SseProbe.get(port, path, "Accept: application/json"), 406, "text/event-stream");
                expectProblem(SseProbe.get(port, path, "Accept: text/event-stream;q=0"), 406, "text/event-stream");
            }
        }
    }

    @Nested
    class AHead {
        @Test
        void is_that_of_the_stream_and_ends() {
            for (String path : streams()) {
                SseProbe.Answer head = SseProbe.request(port, "HEAD", path, "");
                assertThat(head.status()).isEqualTo(200);
                assertThat(head.headers())
                        .containsEntry("content-type", "text/event-stream")
                        .doesNotContainKey("content-length");
            }
        }
    }

    @Nested
    class APageOfAnotherOrigin {
        @Test
        void on_the_list_may_read_with_its_cookies_and_is_named() {
            for (String path : streams()) {
                try (SseProbe stream = SseProbe.open(port, path, "Origin: " + FRIEND)) {
                    assertThat(stream.headers())
                            .containsEntry("access-control-allow-origin", FRIEND)
                            .containsEntry("access-control-allow-credentials", "true")
                            .containsEntry("vary", "Origin");
                }
            }
        }

        @Test
        void on_the_list_may_ask_before_and_send_its_place() {
            SseProbe.Answer preflight = SseProbe.request(
                    port,
                    "OPTIONS",
                    "/v1/events",
                    "",
                    "Origin: " + FRIEND,
                    "Access-Control-Request-Method: GET",
                    "Access-Control-Request-Headers: last-event-id");
            assertThat(preflight.status()).isEqualTo(204);
            assertThat(preflight.header("access-control-allow-headers"))
                    .get()
                    .asString()
                    .containsIgnoringCase("Last-Event-ID");
        }

        @Test
        void that_nobody_has_listed_may_not_and_reads_nothing_of_the_refusal() {
            SseProbe.Answer answer = SseProbe.get(port, "/v1/events", "Origin: https://evil.example");
            expectProblem(answer, 403, "evil.example");
            assertThat(answer.headers()).doesNotContainKey("access-control-allow-origin");
        }
    }

    @Nested
    class WhatDoesNotExist {
        @Test
        void is_not_found() {
            expectProblem(SseProbe.get(port, "/v1/pulls/" + newJob() + "/events"), 404, "no job");
            expectProblem(SseProbe.get(port, "/v1/workers/nobody/events"), 404, "no worker");
        }

        @Test
        void is_only_said_after_reading_to_the_end_of_the_log_because_a_browser_never_asks_again() {
            for (int i = 0; i < 20; i++) {
                try (SseProbe stream = SseProbe.open(port, "/v1/pulls/" + runningJob() + "/events")) {
                    assertThat(stream.status()).isEqualTo(200);
                }
                try (SseProbe stream = SseProbe.open(port, "/v1/workers/" + worker("new-" + i) + "/events")) {
                    assertThat(stream.status()).isEqualTo(200);
                }
            }
        }
    }

    @Nested
    class AFinishedJob {
        private String finished() {
            String job = newJob();
            gateways.send(accepted(job, "w1"), succeeded(job, "w1", 1), completed(job));
            await().until(() -> SseProbe.get(port, "/v1/pulls/" + job).body().contains("\"completed\""));
            return job;
        }

        @Test
        void is_told_to_its_end_and_ends_the_stream() {
            try (SseProbe stream = SseProbe.open(port, "/v1/pulls/" + finished() + "/events")) {
                assertThat(stream.toEnd())
                        .extracting(SseProbe.Block::event)
                        .containsExactly("snapshot", "job.completed");
            }
        }

        @Test
        void has_no_more_for_who_comes_back_with_a_place_at_its_end_or_after_it() {
            String path = "/v1/pulls/" + finished() + "/events";
            String end;
            try (SseProbe stream = SseProbe.open(port, path)) {
                stream.toEnd();
                end = stream.lastEventId();
            }
            String after;
            try (SseProbe stream = SseProbe.open(port, "/v1/events")) {
                after = String.valueOf(stream.nextEvent("snapshot").id());
            }
            for (String id : List.of(end, after)) {
                SseProbe.Answer answer = SseProbe.get(port, path, "Last-Event-ID: " + id);
                assertThat(answer.status()).isEqualTo(204);
                assertThat(answer.body()).isEmpty();
                assertThat(SseProbe.get(port, path + "?lastEventId=" + id).status())
                        .isEqualTo(204);
            }
        }

        @Test
        void leaves_the_connection_to_the_next_request() throws IOException {
            String path = "/v1/pulls/" + finished() + "/events";
            String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n";
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(10_000);
                String both = request + "\r\n" + request + "Connection: close\r\n\r\n";
                socket.getOutputStream().write(both.getBytes(StandardCharsets.US_ASCII));
                String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(all.split("HTTP/1.1 200 OK", -1)).hasSize(3);
                assertThat(all.split("event: job.completed", -1)).hasSize(3);
                assertThat(all).endsWith("\r\n0\r\n\r\n");
            }
        }
    }

    @Nested
    class Lifetimes {
        @Test
        void end_spread_over_a_fifth_so_that_clients_do_not_all_come_back_at_once() {
            int brief = gateways.start("gateway.sse.max-lifetime-seconds=2").port();
            List<SseProbe> streams = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                streams.add(SseProbe.open(brief, "/v1/events"));
            }
            long opened = System.nanoTime();
            List<Long> ends = new ArrayList<>();
            List<Long> retries = new ArrayList<>();
            streams.parallelStream().forEach(stream -> {
                try (stream) {
                    Long retry = null;
                    for (var block = stream.next(); block.isPresent(); block = stream.next()) {
                        retry = block.get().retry() == null
                                ? retry
                                : block.get().retry();
                    }
                    synchronized (ends) {
                        ends.add((System.nanoTime() - opened) / 1_000_000);
                        retries.add(retry);
                    }
                }
            });
            assertThat(ends).allSatisfy(ms -> assertThat(ms).isBetween(1_000L, 3_500L));
            assertThat(retries)
                    .doesNotContainNull()
                    .allSatisfy(ms -> assertThat(ms).isBetween(1_000L, 4_000L));
            assertThat(retries.stream().distinct()).hasSizeGreaterThan(3);
        }
    }

    @Nested
    class OtherVersionsOfHttp {
        @Test
        void as_1_0_get_the_events_bare_until_the_connection_ends() throws IOException {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(10_000);
                socket.getOutputStream()
                        .write("GET /v1/events HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                InputStream in = socket.getInputStream();
                StringBuilder all = new StringBuilder();
                while (!all.toString().contains("event: snapshot")) {
                    all.append((char) in.read());
                }
                assertThat(all.toString().toLowerCase(java.util.Locale.ROOT))
                        .contains("connection: close")
                        .doesNotContain("transfer-encoding", "content-length");
                assertThat(all.substring(all.indexOf("\r\n\r\n") + 4)).matches("(?s):\n\n.*retry: 2000\n\n.*");
            }
        }

        @Test
        void as_1_0_end_with_the_connection() throws IOException {
            String job = runningJob();
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(10_000);
                socket.getOutputStream()
                        .write(("GET /v1/pulls/" + job + "/events HTTP/1.0\r\nHost: localhost\r\n"
                                        + "Connection: keep-alive\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(socket.getInputStream().read()).isEqualTo('H');
                gateways.send(completed(job));
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .contains("event: job.completed")
                        .endsWith("\n\n");
            }
        }

        @ParameterizedTest
        @CsvSource({"true, h2c by upgrade", "false, h2c with prior knowledge"})
        void as_2_get_the_same_events(boolean upgrade, String how) throws Exception {
            HttpClient client = vertx.createHttpClient(new HttpClientOptions()
                    .setProtocolVersion(HttpVersion.HTTP_2)
                    .setHttp2ClearTextUpgrade(upgrade));
            Queue<String> pieces = new ConcurrentLinkedQueue<>();
            String job = newJob();
            CompletableFuture<Void> ended = new CompletableFuture<>();
            gateways.send(accepted(job, "w1"), queued(job, "w1", 1));
            HttpClientResponse response = client.request(
                            HttpMethod.GET, port, "127.0.0.1", "/v1/pulls/" + job + "/events")
                    .compose(request -> request.send().onSuccess(answer -> {
                        answer.handler((Buffer bytes) -> pieces.add(bytes.toString()));
                        answer.endHandler(_ -> ended.complete(null));
                    }))
                    .await(10, TimeUnit.SECONDS);
            assertThat(response.version()).as(how).isEqualTo(HttpVersion.HTTP_2);
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().contains("content-length")).isFalse();
            assertThat(response.getHeader("content-type")).isEqualTo("text/event-stream");
            await().until(() -> String.join("", pieces).contains("event: snapshot"));
            gateways.send(succeeded(job, "w1", 2), completed(job));
            ended.get(10, TimeUnit.SECONDS);
            assertThat(String.join("", pieces))
                    .startsWith("retry: 2000\n\n")
                    .containsSubsequence("event: snapshot", "event: pull.succeeded", "event: job.completed")
                    .endsWith("\n\n");
            HttpClientResponse head = client.request(HttpMethod.HEAD, port, "127.0.0.1", "/v1/events")
                    .compose(request -> request.send())
                    .await(10, TimeUnit.SECONDS);
            assertThat(head.statusCode()).isEqualTo(200);
            client.close().await(10, TimeUnit.SECONDS);
        }
    }

    @Nested
    class Texts {
        @Test
        void of_others_never_break_the_framing() {
            String evil = "a\rb\nc\r\nd\u0000e\u2028f\u2029g\u0085h\nid: 0\nevent: forged\ndata: {}\n\n";
            String job = newJob();
            try (SseProbe stream = SseProbe.open(port, "/v1/events")) {
                stream.nextEvent("snapshot");
                gateways.send(new dev.pullcast.contract.event.PullEvent.JobAccepted(
                        job,
                        GatewayFixture.TIME,
                        evil,
                        Map.of(evil, evil),
                        List.of(new dev.pullcast.contract.event.PullEvent.JobPull("p", evil, evil, null)),
                        List.of(evil),
                        GatewayFixture.TIME));
                SseProbe.Block event = stream.nextEvent();
                assertThat(event.event()).isEqualTo("job.accepted");
                var json = ContractJson.mapper().readTree(event.data());
                assertThat(json.get("labels").get(evil).asString()).isEqualTo(evil);
                assertThat(json.get("pulls").get(0).get("image").asString()).isEqualTo(evil);
            }
            try (SseProbe stream = SseProbe.open(port, "/v1/pulls/" + job + "/events")) {
                assertThat(stream.nextEvent().data()).contains("forged");
                assertThat(stream.lastEventId()).isNotEqualTo("0");
            }
        }
    }
}
