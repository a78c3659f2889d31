// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.SseProbe;
import dev.pullcast.testkit.TestKafka;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What HTTP itself asks of the gateway, and what keeps web pages out. */
class HttpRulesIT {
    private static final String JSON = "Content-Type: application/json";
    private static final String JOB = "{\"images\":[\"alpine\"]}";

    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    private GatewayFixture gateways;
    private int port;

    @BeforeEach
    void start() {
        gateways = new GatewayFixture(loops.vertx(), kafka);
        port = gateways.start(
                        "gateway.cors.origins=https://friend.example",
                        "gateway.hosts=pullcast.internal",
                        "gateway.max-body-bytes=2048",
                        "gateway.sse.stall-seconds=2")
                .port();
    }

    @AfterEach
    void stop() {
        gateways.close();
    }

    private static void expectProblem(SseProbe.Answer answer, int status) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("content-type")).contains("application/problem+json");
        assertThat(ContractJson.mapper().readTree(answer.body()).get("status").asInt())
                .isEqualTo(status);
    }

    @Test
    void a_page_of_another_origin_cannot_start_a_pull_or_read_one() {
        expectProblem(SseProbe.request(port, "POST", "/v1/pulls", JOB, JSON, "Origin: https://evil.example"), 403);
        expectProblem(SseProbe.get(port, "/v1/pulls", "Origin: https://evil.example"), 403);
        expectProblem(SseProbe.get(port, "/v1/pulls", "Origin: null"), 403);
        expectProblem(SseProbe.request(port, "POST", "/v1/pulls", JOB, "Content-Type: text/plain"), 415);
        expectProblem(SseProbe.request(port, "POST", "/v1/pulls", JOB), 415);
        assertThat(kafka.readAll(kafka.topics().jobs())).isEmpty();
    }

    @Test
    void a_page_of_its_own_or_of_a_friend_may() {
        String own = "Origin: http://127.0.0.1:" + port;
        assertThat(SseProbe.request(port, "POST", "/v1/pulls", JOB, JSON, own).status())
                .isEqualTo(202);
        SseProbe.Answer friend = SseProbe.get(port, "/v1/pulls", "Origin: https://friend.example");
        assertThat(friend.status()).isEqualTo(200);
        assertThat(friend.header("access-control-allow-origin")).contains("https://friend.example");
        SseProbe.Answer preflight = SseProbe.request(
                port,
                "OPTIONS",
                "/v1/pulls",
                "",
                "Origin: https://friend.example",
                "Access-Control-Request-Method: POST");
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.header("access-control-allow-methods"))
                .get()
                .asString()
                .contains("POST");
    }

    @ParameterizedTest
    @CsvSource({
        "evil.example, 421",
        "127.0.0.1.evil.example, 421",
        "10.0.0.1:8080, 421",
        "localhost, 200",
        "localhost:99, 200",
        "LOCALHOST, 200",
        "[::1]:8080, 200",
        "127.0.0.7, 200",
        "pullcast.internal, 200"
    })
    void only_names_that_mean_this_gateway_are_answered(String host, int status) {
        assertThat(SseProbe.get(port, "/v1/pulls", "Host: " + host).status()).isEqualTo(status);
    }

    @Test
    void twoHostsAreRefused() {
        expectProblem(SseProbe.get(port, "/v1/pulls", "Host: localhost", "Host: localhost"), 400);
        expectProblem(SseProbe.get(port, "/healthz", "Host: localhost", "Host: evil.example"), 400);
    }

    @Test
    void pagesOfOtherOriginsEmbedNothing() {
        String image = "Sec-Fetch-Dest: image";
        expectProblem(
                SseProbe.get(port, "/v1/events", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", image), 403);
        expectProblem(
                SseProbe.get(port, "/v1/pulls", "Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: no-cors", image), 403);
        expectProblem(
                SseProbe.get(
                        port, "/", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"),
                403);

        String[] link = {"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"};
        assertThat(SseProbe.get(port, "/", link).status()).isEqualTo(200);
        assertThat(SseProbe.get(port, "/v1/pulls", "Sec-Fetch-Site: same-origin")
                        .status())
                .isEqualTo(200);
        assertThat(SseProbe.get(port, "/v1/pulls", "Sec-Fetch-Site: none").status())
                .isEqualTo(200);
    }

    @Test
    void other_methods_are_told_which_there_are() {
        SseProbe.Answer answer = SseProbe.request(port, "PUT", "/v1/pulls", JOB, JSON);
        expectProblem(answer, 405);
        assertThat(answer.header("allow")).contains("GET, HEAD, OPTIONS, POST");
        assertThat(SseProbe.request(port, "DELETE", "/v1/events", "").header("allow"))
                .contains("GET, HEAD, OPTIONS");
        expectProblem(SseProbe.get(port, "/v1/nothing"), 404);
    }

    @Test
    void a_client_that_takes_no_event_stream_is_told_so() {
        expectProblem(SseProbe.get(port, "/v1/events", "Accept: application/json"), 406);
        expectProblem(SseProbe.get(port, "/v1/pulls", "Accept: text/html"), 406);
        expectProblem(SseProbe.get(port, "/v1/events", "Accept: text/event-stream;q=0"), 406);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "job=x",
                "job=a&job=b",
                "image=%0a",
                "type=a%20b",
                "since=yesterday",
                "lastEventId=abc",
                "worker=",
                "wroker=a"
            })
    void a_bad_parameter_is_named(String query) {
        SseProbe.Answer answer = SseProbe.get(port, "/v1/events?" + query);
        expectProblem(answer, 400);
        assertThat(answer.body()).contains(query.substring(0, query.indexOf('=')));
    }

    @Test
    void a_body_that_is_too_large_is_refused() {
        expectProblem(SseProbe.postJson(port, "/v1/pulls", "{\"images\":[\"" + "a".repeat(4000) + "\"]}"), 413);
    }

    @Test
    void a_head_of_a_stream_ends() {
        SseProbe.Answer head = SseProbe.request(port, "HEAD", "/v1/events", "");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("content-type")).contains("text/event-stream");
    }

    @Test
    void operators_and_readers_find_what_they_look_for() {
        assertThat(SseProbe.get(port, "/healthz").status()).isEqualTo(200);
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(SseProbe.get(port, "/readyz").body()).contains("\"status\":\"UP\""));
        assertThat(SseProbe.get(port, "/metrics").body()).contains("pullcast_sse_subscribers", "jvm_memory_used_bytes");
        assertThat(SseProbe.get(port, "/openapi.yaml").body()).startsWith("openapi: 3.1");
        assertThat(SseProbe.get(port, "/asyncapi.yaml").body()).contains("asyncapi: 3");
        for (String referred : List.of("/job.schema.json", "/event.schema.json", "/examples/CancelJob.json")) {
            assertThat(SseProbe.get(port, referred).status()).as(referred).isEqualTo(200);
        }
        assertThat(SseProbe.get(port, "/examples/Nope.json").status()).isEqualTo(404);
        SseProbe.Answer page = SseProbe.get(port, "/");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("content-type")).contains("text/html; charset=utf-8");
        assertThat(page.header("content-security-policy")).get().asString().contains("default-src 'self'");
        assertThat(page.header("x-content-type-options")).contains("nosniff");
        assertThat(SseProbe.get(port, "/app.js").header("content-type"))
                .get()
                .asString()
                .startsWith("text/javascript");
        expectProblem(SseProbe.get(port, "/../pom.xml"), 404);
        expectProblem(SseProbe.get(port, "/%2e%2e/logback.xml"), 404);
    }

    @Test
    void a_subscriber_that_reads_nothing_delays_nobody_and_is_cut_off() throws IOException {
        String job = "01K00000000000000000000000";
        try (Socket deaf = new Socket(InetAddress.getLoopbackAddress(), port);
                SseProbe listener = SseProbe.open(port, "/v1/events")) {
            deaf.setReceiveBufferSize(4096);
            deaf.getOutputStream()
                    .write("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            listener.nextEvent("snapshot");
            String padding = "x".repeat(60_000);
            for (int i = 0; i < 200; i++) {
                gateways.send(new dev.pullcast.contract.event.PullEvent.Cancelled(
                        GatewayFixture.origin(job, "w" + i, 1), padding));
                listener.nextEvent("pull.cancelled");
            }
            gateways.send(GatewayFixture.layer(job, "w", 1, LayerPhase.WAITING, 0));
            listener.nextEvent("layer");
            Awaitility.await()
                    .untilAsserted(
                            () -> assertThat(SseProbe.get(port, "/metrics").body())
                                    .containsPattern("pullcast_sse_closed_slow_total [1-9]")
                                    .containsPattern("pullcast_sse_subscribers 1\\.0"));
        }
    }
}
