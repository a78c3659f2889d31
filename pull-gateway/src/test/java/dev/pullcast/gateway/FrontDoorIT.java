// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.PullId;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.SseProbe;
import dev.pullcast.testkit.TestKafka;
import io.netty.util.internal.PlatformDependent;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Attacks by clients that need no login: a client at another address and an open stream must not notice. */
class FrontDoorIT {
    private static final String JSON = "Content-Type: application/json";
    private static final int MEBIBYTE = 1 << 20;

    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    private GatewayFixture gateways;
    private int port;
    private Crowd crowd;
    private Bystander bystander;
    private SseProbe stream;

    @BeforeEach
    @SuppressWarnings("NullAway.Init") // startGateway() makes the others
    void start() {
        gateways = new GatewayFixture(loops.vertx(), kafka);
    }

    @AfterEach
    void stop() throws Exception {
        crowd.close();
        bystander.close();
        stream.close();
        gateways.close();
    }

    private void startGateway(String... settings) {
        String[] all = new String[settings.length + 4];
        all[0] = "gateway.head-timeout-seconds=2";
        all[1] = "gateway.body-timeout-seconds=1";
        all[2] = "gateway.idle-timeout-seconds=1";
        all[3] = "gateway.sse.stall-seconds=1";
        System.arraycopy(settings, 0, all, 4, settings.length);
        port = gateways.start(all).port();
        crowd = new Crowd(port);
        bystander = new Bystander(port);
        stream = SseProbe.open(port, "/v1/events?type=pull.queued");
        stream.nextEvent("snapshot");
    }

    private static String request(String line, String... headers) {
        return line + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + String.join("\r\n", headers)
                + (headers.length == 0 ? "\r\n" : "\r\n\r\n");
    }

    /** The bystander was answered in time, the stream goes on, and nothing is held any longer. */
    private void assertNothingIsLeft() {
        gateways.send(GatewayFixture.queued(UlidCreator.getMonotonicUlid().toString(), "w", 1));
        assertThat(stream.nextEvent("pull.queued").isEvent()).isTrue();
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            assertThat(gauge("pullcast_http_connections")).isLessThan(5);
            assertThat(gauge("pullcast_http_body_bytes")).isZero();
            assertThat(gauge("pullcast_http_unread_bytes")).isLessThan(1_000);
        });
        bystander.assertUndisturbed();
    }

    private double gauge(String name) {
        String text = SseProbe.get(port, "/metrics").body();
        Matcher value = Pattern.compile("(?m)^" + name + " (\\S+)$").matcher(text);
        assertThat(value.find()).as(name).isTrue();
        return Double.parseDouble(value.group(1));
    }

    @Nested
    class RequestsThatNeverEnd {
        @Test
        void eightHundredBodiesOfLoginsWithoutTheirEndTakeNoMemory() throws Exception {
            startGateway();
            crowd.openAll(
                    800, request("POST /v1/session", JSON, "Content-Length: " + MEBIBYTE) + "a".repeat(MEBIBYTE - 100));
            assertThat(crowd.allCut(15)).isTrue();
            assertNothingIsLeft();
        }

        @Test
        void bodiesOfJobsWithoutTheirEndHaveOneBudget() throws Exception {
            startGateway("gateway.max-bodies-bytes=8388608");
            crowd.openAll(
                    100, request("POST /v1/pulls", JSON, "Content-Length: " + MEBIBYTE) + "a".repeat(MEBIBYTE - 100));
            await().until(() -> gauge("pullcast_http_bodies_refused_total") > 0);
            assertThat(gauge("pullcast_http_body_bytes")).isLessThanOrEqualTo(8 * MEBIBYTE);
            // Small ones come through all the time, also from the attacker's address.
            SseProbe.Answer small = SseProbe.postJson(port, "/v1/pulls", "{\"images\":[\"alpine\"]}");
            assertThat(small.status()).isEqualTo(202);
            assertThat(crowd.allCut(15)).isTrue();
            assertNothingIsLeft();
        }

        @Test
        void aBodyForWhichThereIsNoRoomIsRefusedForAWhile() throws Exception {
            startGateway("gateway.max-bodies-bytes=262144", "gateway.body-timeout-seconds=5");
            crowd.openAll(4, request("POST /v1/pulls", JSON, "Content-Length: 90000") + "a".repeat(89_000));
            await().until(() -> gauge("pullcast_http_body_bytes") > 80_000);
            SseProbe.Answer refused =
                    SseProbe.postJson(port, "/v1/pulls", "{\"images\":[\"" + "a".repeat(99_000) + "\"]}");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("retry-after")).isPresent();
            assertThat(refused.header("content-type")).contains("application/problem+json");
        }

        @Test
        void fifteenHundredHeadsThatGrowByAByteNowAndThenAreCut() throws Exception {
            startGateway();
            crowd.openAll(1_500, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ");
            await().atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(300))
                    .until(() -> crowd.drip() == 0);
            assertNothingIsLeft();
        }

        @Test
        void idleConnectionsAndThoseThatNeverSayAnythingAreClosed() throws Exception {
            startGateway();
            crowd.openAll(150, request("GET /healthz"));
            crowd.openAll(150, "");
            assertThat(crowd.allCut(8)).isTrue();
            assertNothingIsLeft();
        }

        @Test
        void aBodyInChunksWithoutEndIsCountedAsItComes() throws Exception {
            startGateway();
            Socket socket = crowd.open();
            Crowd.send(
                    socket,
                    request("POST /v1/session", JSON, "Transfer-Encoding: chunked")
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] chunk = ("400\r\n" + "a".repeat(1024) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 20; i++) {
                Crowd.send(socket, chunk);
            }
            byte[] answer = new byte[20];
            assertThat(socket.getInputStream().readNBytes(answer, 0, 20)).isEqualTo(20);
            assertThat(new String(answer, StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 413");
            assertThat(crowd.allCut(5)).isTrue();
            assertNothingIsLeft();
        }

        @Test
        void aBodyThatComesTooSlowlyIsAnsweredSo() throws Exception {
            startGateway();
            Socket socket = crowd.open();
            Crowd.send(
                    socket,
                    (request("POST /v1/pulls", JSON, "Content-Length: 900") + "{").getBytes(StandardCharsets.US_ASCII));
            byte[] answer = new byte[20];
            socket.setSoTimeout(5_000);
            assertThat(socket.getInputStream().readNBytes(answer, 0, 20)).isEqualTo(20);
            assertThat(new String(answer, StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 408");
            assertThat(crowd.allCut(5)).isTrue();
            assertNothingIsLeft();
        }

        @Test
        void whatCanBeKnownBeforeTheBodyIsCheckedBeforeIt() throws Exception {
            startGateway();
            assertThat(statusOf("POST /v1/session", JSON, "Content-Length: 9216"))
                    .isEqualTo(413);
            assertThat(statusOf("POST /v1/session", "Content-Type: text/plain", "Content-Length: 100"))
                    .isEqualTo(415);
            assertThat(statusOf("POST /v1/pulls", JSON, "Content-Length: 99999999"))
                    .isEqualTo(413);
            assertThat(statusOf("POST /v1/nothing", JSON, "Content-Length: 100"))
                    .isEqualTo(404);
            assertThat(crowd.allCut(5)).isTrue();
            assertNothingIsLeft();
        }

        private int statusOf(String line, String... headers) throws Exception {
            Socket socket = crowd.open();
            socket.setSoTimeout(5_000);
            Crowd.send(socket, request(line, headers).getBytes(StandardCharsets.US_ASCII));
            byte[] answer = new byte[12];
            assertThat(socket.getInputStream().readNBytes(answer, 0, 12)).isEqualTo(12);
            return Integer.parseInt(new String(answer, StandardCharsets.US_ASCII).substring(9));
        }
    }

    @Nested
    class AnswersThatAreNotRead {
        @Test
        void eightTimesAHundredThousandPipelinedRequestsAreAnsweredOnlyAsFarAsTheyAreRead() throws Exception {
            startGateway();
            long before = PlatformDependent.usedDirectMemory();
            crowd.openAll(8, request("GET /healthz").repeat(100_000));
            assertThat(crowdIsCut()).isTrue();
            assertThat(PlatformDependent.usedDirectMemory() - before).isLessThan(16 * MEBIBYTE);
            assertNothingIsLeft();
        }

        @Test
        void filesAndProblemsAsWell() throws Exception {
            startGateway();
            long before = PlatformDependent.usedDirectMemory();
            crowd.openAll(8, request("GET /app.js").repeat(20_000));
            crowd.openAll(8, request("GET /openapi.yaml").repeat(20_000));
            crowd.openAll(8, request("GET /nothing").repeat(20_000));
            crowd.openAll(8, request("GET /v1/pulls?x=y").repeat(20_000));
            assertThat(crowdIsCut()).isTrue();
            assertThat(PlatformDependent.usedDirectMemory() - before).isLessThan(32 * MEBIBYTE);
            assertNothingIsLeft();
        }

        private boolean crowdIsCut() {
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> gauge("pullcast_http_connections_cut_total\\{reason=\"stalled\"\\}") >= crowd.size());
            return true;
        }

        @Test
        void theSlowestGoesWhenTooMuchWaits() throws Exception {
            startGateway("gateway.max-unread-bytes=1048576", "gateway.sse.stall-seconds=300");
            crowd.openAll(100, request("GET /openapi.yaml").repeat(1_000));
            await().until(() -> gauge("pullcast_http_connections_cut_total\\{reason=\"unread_bytes\"\\}") > 0);
            assertThat(gauge("pullcast_http_unread_bytes")).isLessThan(2 * MEBIBYTE);
            crowd.close();
            assertNothingIsLeft();
        }

        @Test
        void aClientThatReadsGetsEveryAnswerInOrder() throws Exception {
            startGateway();
            try (Socket socket = Bystander.connect(port)) {
                socket.setSoTimeout(10_000);
                int count = 5_000;
                byte[] all = (request("GET /ping").repeat(count) + request("GET /ping", "Connection: close"))
                        .getBytes(StandardCharsets.US_ASCII);
                Thread.ofVirtual().start(() -> Crowd.send(socket, all));
                String text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                assertThat(text.split("HTTP/1.1 200 OK", -1)).hasSize(count + 2);
            }
            assertNothingIsLeft();
        }
    }

    @Nested
    class StreamsThatAreNotRead {
        private static final int STREAMS = 120;
        /** All jobs of the state in one page. */
        private static final String LARGE_PAGES = "gateway.page-bytes=67108864";

        /** Some sixty jobs that look like any, whose snapshot is above ten megabytes. */
        private void fillTheState() {
            String tag = "registry.example/team/" + "service".repeat(14) + ":";
            for (int job = 0; job < 60; job++) {
                List<PullEvent.JobPull> pulls = new ArrayList<>();
                for (int i = 0; i < 700; i++) {
                    String image = tag + job + '-' + i;
                    pulls.add(new PullEvent.JobPull(PullId.of(image, null), image, image, null));
                }
                gateways.send(new PullEvent.JobAccepted(
                        UlidCreator.getMonotonicUlid().toString(),
                        GatewayFixture.TIME,
                        "team",
                        Map.of(),
                        pulls,
                        List.of("w1"),
                        GatewayFixture.TIME.plusSeconds(3600)));
            }
        }

        @Test
        void shareOneSnapshotAndAreCut() throws Exception {
            startGateway("gateway.sse.stall-seconds=2", LARGE_PAGES);
            fillTheState();
            await().until(() ->
                    SseProbe.get(port, "/v1/pulls?limit=1000").body().split("\"id\"", -1).length > 60);
            long before = PlatformDependent.usedDirectMemory();
            crowd.openAll(STREAMS, request("GET /v1/events"));
            await().until(() -> gauge("pullcast_sse_snapshots") >= STREAMS);
            assertThat(gauge("pullcast_http_unread_bytes")).isBetween(10.0 * MEBIBYTE, 64.0 * MEBIBYTE);
            assertThat(PlatformDependent.usedDirectMemory() - before).isLessThan(80 * MEBIBYTE);
            // One that reads is served meanwhile.
            try (SseProbe reader = SseProbe.open(port, "/v1/events")) {
                assertThat(reader.nextEvent("snapshot").data().length()).isGreaterThan(10 * MEBIBYTE);
            }
            await().atMost(Duration.ofSeconds(10)).until(() -> gauge("pullcast_sse_snapshots") == 0);
            assertThat(crowd.allCut(5)).isTrue();
            assertNothingIsLeft();
        }

        @Test
        void areRefusedWhereThereAreTooManyInTheirSnapshot() throws Exception {
            startGateway("gateway.sse.stall-seconds=30", "gateway.sse.max-snapshots=20", LARGE_PAGES);
            fillTheState();
            await().until(() ->
                    SseProbe.get(port, "/v1/pulls?limit=1000").body().split("\"id\"", -1).length > 60);
            crowd.openAll(20, request("GET /v1/events"));
            await().until(() -> gauge("pullcast_sse_snapshots") >= 20);
            try (SseProbe refused = SseProbe.open(port, "/v1/events")) {
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.headers()).containsKey("retry-after");
            }
            crowd.close();
            await().until(() -> gauge("pullcast_sse_snapshots") == 0);
            try (SseProbe again = SseProbe.open(port, "/v1/events")) {
                assertThat(again.status()).isEqualTo(200);
            }
        }

        @Test
        void areNotOpenedMoreOftenThanIsUseful() throws Exception {
            startGateway("gateway.sse.max-openings-per-minute=10");
            int refused = 0;
            for (int i = 0; i < 15; i++) {
                try (SseProbe one = SseProbe.open(port, "/v1/events")) {
                    refused += one.status() == 429 && one.headers().containsKey("retry-after") ? 1 : 0;
                }
            }
            // The first was opened before.
            assertThat(refused).isBetween(4, 6);
            assertNothingIsLeft();
        }
    }

    @Nested
    class OverHttp2 {
        private HttpClientAgent client;

        @BeforeEach
        void connect() {
            client = loops.vertx()
                    .createHttpClient(
                            new HttpClientOptions()
                                    .setProtocolVersion(HttpVersion.HTTP_2)
                                    .setHttp2ClearTextUpgrade(false)
                                    .setHttp2MultiplexingLimit(100),
                            new PoolOptions().setHttp2MaxSize(4));
        }

        @AfterEach
        void disconnect() throws Exception {
            client.close().await(10, TimeUnit.SECONDS);
        }

        @Test
        void answersCountUntilTheyAreTakenOrGone() throws Exception {
            startGateway();
            for (int i = 0; i < 200; i++) {
                client.request(HttpMethod.GET, port, "127.0.0.1", "/openapi.yaml")
                        .compose(HttpClientRequest::send)
                        .onSuccess(HttpClientResponse::pause);
            }
            await().until(() -> gauge("pullcast_http_unread_bytes") > MEBIBYTE);
            await().until(() -> gauge("pullcast_http_unread_bytes") < 1_000);
            assertNothingIsLeft();
        }

        @Test
        void aBodyWithoutItsEndIsAnsweredAndGone() throws Exception {
            startGateway();
            HttpClientResponse answer = client.request(HttpMethod.POST, port, "127.0.0.1", "/v1/pulls")
                    .compose(request -> {
                        request.putHeader("Content-Type", "application/json").setChunked(true);
                        request.write("{");
                        return request.response();
                    })
                    .await(10, TimeUnit.SECONDS);
            assertThat(answer.version()).isEqualTo(HttpVersion.HTTP_2);
            assertThat(answer.statusCode()).isEqualTo(408);
            assertNothingIsLeft();
        }

        @Test
        void aLoginIsRefusedBeforeItsBody() throws Exception {
            startGateway();
            HttpClientResponse answer = client.request(HttpMethod.POST, port, "127.0.0.1", "/v1/session")
                    .compose(request -> {
                        request.putHeader("Content-Type", "application/json").putHeader("Content-Length", "9216");
                        return request.writeHead().compose(_ -> request.response());
                    })
                    .await(10, TimeUnit.SECONDS);
            assertThat(answer.statusCode()).isEqualTo(413);
            assertNothingIsLeft();
        }
    }

    @Nested
    class TooManyConnections {
        @Test
        void areClosedAtOnceForOneAddressWhileOthersComeIn() throws Exception {
            startGateway("gateway.max-connections-per-address=50", "gateway.head-timeout-seconds=30");
            crowd.openAll(300, "");
            assertThat(crowd.refused()).isBetween(250, 252);
            assertThat(bystander.asked()).isPositive();
            crowd.close();
            await().until(() -> SseProbe.get(port, "/healthz").status() == 200);
            assertThat(gauge("pullcast_http_connections_refused_total")).isGreaterThanOrEqualTo(250);
            assertNothingIsLeft();
        }

        @Test
        void areClosedAtOnceInAll() throws Exception {
            startGateway("gateway.max-connections=60", "gateway.head-timeout-seconds=30");
            crowd.openAll(300, "");
            assertThat(crowd.refused()).isBetween(240, 245);
            assertThat(stream.status()).isEqualTo(200);
            crowd.close();
            await().until(() -> SseProbe.get(port, "/healthz").status() == 200);
        }
    }
}
