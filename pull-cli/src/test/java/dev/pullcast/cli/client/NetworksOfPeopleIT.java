// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.cli.Pullcast;
import dev.pullcast.cli.command.ExitCodes;
import dev.pullcast.cli.render.Feed;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.net.ProxyRules;
import dev.pullcast.testkit.ConnectProxy;
import dev.pullcast.testkit.PemCertificate;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands between a command and its gateway: login pages, captive portals, load balancers, proxies. */
class NetworksOfPeopleIT {
    private static final PullJob JOB = PullJob.of("job-1", List.of(ImageRequest.of("alpine")));
    private static final PullEvent COMPLETED = new PullEvent.JobCompleted(
            "job-1", Instant.parse("2026-05-04T10:00:00Z"), null, JobResult.SUCCEEDED, 1, 1, 0, 0, 0, null);
    private static final String STREAM =
            "event: job.completed\ndata: " + ContractJson.mapper().writeValueAsString(COMPLETED) + "\n\n";
    private static final String ACCEPTED =
            "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\n\r\n{\"id\":\"job-1\"}";

    private final ScriptedServer server = server();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<Feed> seen = new ArrayList<>();

    @TempDir
    Path folder;

    private static ScriptedServer server() {
        try {
            return new ScriptedServer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private int run(String... arguments) {
        return Pullcast.execute(new PrintWriter(out), new PrintWriter(err), arguments);
    }

    private static String answer(String status, String headers, String body) {
        return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    }

    /** The problem with which following ends, null for none. */
    private @Nullable String follow(GatewayClient client) {
        try (JobFollower follower = new JobFollower(client, "job-1", false, seen::add)) {
            follower.run();
        }
        return ((Feed.End) seen.getLast()).problem();
    }

    private GatewayClient client() {
        return new GatewayClient(server.url(), "secret");
    }

    @Nested
    class SomethingElseThanAGateway {
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '`',
                value = {
                    "200 OK | text/html | <html>Sign in</html>",
                    "200 OK | text/html; charset=utf-8 | <html>Sign in</html>",
                    "200 OK | application/json | {\"status\":\"ok\"}",
                    "200 OK | application/json | []",
                    "200 OK | application/json | {\"id\":\"another\"}",
                    "200 OK | application/json | <html>",
                    "200 OK | text/plain | ok",
                    "200 OK | none | ``",
                    "202 Accepted | text/html | <html></html>",
                    "204 No Content | none | ``",
                    "203 Changed | application/json | {\"id\":\"job-1\"}",
                    "302 Found | text/html | <a href=/>",
                    "403 Forbidden | text/html | <html>blocked</html>",
                    "404 Not Found | application/json | {\"error\":\"nothing here\"}",
                    "511 Network Authentication Required | text/html | <html>Log in</html>",
                })
        void doesNotTakeAJob(String status, String type, String body) {
            String header = type.equals("none") ? "" : "Content-Type: " + type + "\r\n";
            server.answer(answer(status, header, body));
            assertThat(run("pull", "--gateway", server.url(), "--detach", "alpine"))
                    .isEqualTo(ExitCodes.UNAVAILABLE);
            assertThat(out.toString()).isEmpty();
            assertThat(err.toString())
                    .contains(server.url(), "HTTP " + status.substring(0, 3))
                    .contains(type.equals("none") ? "no content type" : type)
                    .doesNotContain("<");
            assertThat(server.heads()).hasSize(1);
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '`',
                value = {
                    "200 OK | text/html | <html>Sign in</html>",
                    "200 OK | application/json | {\"status\":\"ok\"}",
                    "200 OK | text/event-streams | x",
                    "200 OK | none | ``",
                    "204 No Content | none | ``",
                    "206 Partial | text/event-stream | ``",
                    "302 Found | text/html | <a href=/>",
                    "404 Not Found | text/html | <html>",
                    "511 Network Authentication Required | text/html | <html>Log in</html>",
                })
        void isNoStreamAndIsAskedOnce(String status, String type, String body) {
            String header = type.equals("none") ? "" : "Content-Type: " + type + "\r\n";
            server.answer(answer(status, header, body));
            assertThat(run("watch", "--gateway", server.url(), "job-1")).isNotEqualTo(ExitCodes.OK);
            assertThat(err.toString() + out)
                    .contains(server.url(), "HTTP " + status.substring(0, 3))
                    .contains(type.equals("none") ? "no content type" : type)
                    .doesNotContain("<");
            assertThat(server.heads()).hasSize(1);
        }

        @Test
        void endsAlsoAStreamThatWasOne() {
            server.stream("retry: 100", "id: c1", "data: x", "");
            server.answer(answer("200 OK", "Content-Type: text/html\r\n", "<html>Sign in</html>"));
            assertThat(follow(client())).contains("text/html");
            assertThat(server.heads()).hasSize(2);
        }

        @Test
        void thatDoesNotSpeakHttpIsAskedOnce() {
            server.answer("SSH-2.0-OpenSSH_9.2\r\n");
            assertThat(follow(client())).contains("not an HTTP answer");
        }

        @Test
        void theTypeOfAStreamMayHaveParametersAndAnyCase() {
            server.answer("HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream; charset=utf-8\r\n\r\n" + STREAM);
            assertThat(follow(client())).isNull();
        }

        @Test
        void aLoadBalancerWithoutAGatewayIsAskedAgain() {
            server.stream("retry: 100", "id: c1", "data: x", "");
            server.answer(answer("503 Service Unavailable", "Content-Type: text/html\r\n", "<html>busy</html>"));
            server.stream(STREAM);
            assertThat(follow(client())).isNull();
        }

        @Test
        void aJobThatHasEndedMeanwhileIsSeenInASnapshot() {
            server.stream("retry: 100", "id: c1", "data: x", "");
            server.answer("HTTP/1.1 204 No Content\r\n\r\n");
            server.stream(STREAM);
            assertThat(follow(client())).isNull();
            assertThat(server.heads().get(2)).doesNotContain("Last-Event-ID");
        }
    }

    @Nested
    class ARedirect {
        @ParameterizedTest
        @ValueSource(strings = {"301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"})
        void toAnotherPlaceIsNotFollowedAndTheTokenStays(String status) throws IOException {
            try (ScriptedServer portal = new ScriptedServer()) {
                portal.answer(ACCEPTED).answer(ACCEPTED);
                String location = "Location: " + portal.url() + "/login?secret=1\r\n";
                server.answer(answer(status, location, "")).answer(answer(status, location, ""));
                assertThatThrownBy(() -> client().enqueue(JOB))
                        .isInstanceOf(ForeignAnswer.class)
                        .hasMessageContaining(portal.url())
                        .message()
                        .doesNotContain("secret=1");
                assertThat(follow(client())).contains(portal.url());
                assertThat(portal.heads()).isEmpty();
            }
        }

        @Test
        void withinTheGatewayIsFollowedWithTheSameMethodOnly() throws IOException {
            server.answer(answer("308 Permanent", "Location: /v1/pulls?x=1\r\n", ""))
                    .answer(ACCEPTED);
            client().enqueue(JOB);
            assertThat(server.heads().get(1))
                    .startsWith("POST /v1/pulls?x=1 HTTP/1.1\n")
                    .contains("Bearer secret");
            server.answer(answer("302 Found", "Location: " + server.url() + "/v1/pulls\r\n", ""));
            assertThatThrownBy(() -> client().enqueue(JOB)).isInstanceOf(ForeignAnswer.class);
            server.answer(answer("302 Found", "Location: /events\r\n", "")).stream(STREAM);
            assertThat(follow(client())).isNull();
        }

        @Test
        void thatGoesRoundIsNotFollowedForEver() {
            for (int i = 0; i < 20; i++) {
                server.answer(answer("307 Temporary", "Location: /v1/pulls\r\n", ""));
            }
            assertThatThrownBy(() -> client().enqueue(JOB)).isInstanceOf(ForeignAnswer.class);
            assertThat(server.heads()).hasSizeLessThan(10);
        }
    }

    @Nested
    class ARetryAfter {
        private static final String PROBLEM = "{\"title\":\"Too many requests.\"}";

        private String busy(String status, String retryAfter) {
            return answer(
                    status, "Content-Type: application/problem+json\r\nRetry-After: " + retryAfter + "\r\n", PROBLEM);
        }

        @ParameterizedTest
        @CsvSource({"429 Too Many Requests, 1", "503 Service Unavailable, 1", "429 x, 0"})
        void isHonouredWhenAJobIsSent(String status, String seconds) {
            server.answer(busy(status, seconds));
            server.answer(
                    answer("400 Bad Request", "Content-Type: application/problem+json\r\n", "{\"title\":\"No\"}"));
            long start = System.nanoTime();
            assertThat(run("pull", "--gateway", server.url(), "--detach", "alpine"))
                    .isEqualTo(ExitCodes.FAILED);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThanOrEqualTo(Duration.ofSeconds(Long.parseLong(seconds)));
            assertThat(err.toString()).contains("Too many requests. Waiting 1 s");
            assertThat(server.heads()).hasSize(2);
            String first = server.heads().get(0);
            assertThat(server.heads().get(1)).isEqualTo(first);
        }

        @Test
        void thatIsTooLongIsSaidAtOnce() {
            server.answer(busy("429 Too Many Requests", "86400"));
            assertThat(run("pull", "--gateway", server.url(), "--detach", "alpine"))
                    .isEqualTo(ExitCodes.FAILED);
            assertThat(server.heads()).hasSize(1);
        }

        @Test
        void isHonouredByStreams() {
            server.answer(busy("429 Too Many Requests", "1")).stream(STREAM);
            long start = System.nanoTime();
            assertThat(follow(client())).isNull();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
            assertThat(seen).anySatisfy(item -> assertThat(item.toString()).contains("waiting 1 s"));
        }

        @Test
        void ofStreamsIsBoundedInAll() {
            server.answer(busy("503 Service Unavailable", "100000"));
            assertThat(follow(client())).contains("Too many requests.");
            assertThat(server.heads()).hasSize(1);
        }

        @Test
        void isSecondsOrADate() {
            Instant now = Instant.parse("1994-11-06T08:49:07Z");
            assertThat(RetryAfter.read("30", now)).isEqualTo(Duration.ofSeconds(30));
            for (String date : List.of("Sun, 06 Nov 1994 08:49:37 GMT", "Sun Nov  6 08:49:37 1994")) {
                assertThat(RetryAfter.read(date, now)).as(date).isEqualTo(Duration.ofSeconds(30));
            }
            assertThat(RetryAfter.read("Friday, 06-Nov-26 08:49:37 GMT", Instant.parse("2026-11-06T08:49:07Z")))
                    .isEqualTo(Duration.ofSeconds(30));
            assertThat(RetryAfter.read("Sun, 06 Nov 1994 08:49:37 GMT", now.plusSeconds(100)))
                    .isEqualTo(Duration.ZERO);
            assertThat(RetryAfter.read("99999999999999999999", now)).isGreaterThan(Duration.ofDays(365));
            for (String none : List.of("", "soon", "-1", "1.5", "x".repeat(10_000))) {
                assertThat(RetryAfter.read(none, now)).as(none).isNull();
            }
        }
    }

    @Nested
    class AProxy {
        private final ConnectProxy proxy = new ConnectProxy();

        @AfterEach
        void stopProxy() {
            proxy.close();
        }

        private GatewayClient through(String url, @Nullable Trust trust, String... environment) {
            Map<String, String> all = new HashMap<>();
            for (int i = 0; i < environment.length; i += 2) {
                all.put(environment[i], environment[i + 1]);
            }
            return new GatewayClient(url, "secret", trust, ProxyRules.of(all), GatewayClient.DEFAULT_MAX_WAIT);
        }

        private int port(String url) {
            return URI.create(url).getPort();
        }

        @ParameterizedTest
        @ValueSource(strings = {"HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"})
        void isAskedForTheWholeUrlOfHttp(String variable) throws IOException {
            proxy.knows("gateway.example:8080", port(server.url())).asksFor("me", "p@ss");
            server.answer(ACCEPTED).stream(STREAM);
            GatewayClient client =
                    through("http://gateway.example:8080", null, variable, "http://me:p%40ss@" + proxy.address());
            client.enqueue(JOB);
            assertThat(proxy.heads().getFirst()).startsWith("POST http://gateway.example:8080/v1/pulls HTTP/1.1\n");
            assertThat(server.heads().getFirst())
                    .startsWith("POST /v1/pulls HTTP/1.1\n")
                    .contains("Host: gateway.example:8080", "Bearer secret")
                    .doesNotContain("Proxy-Authorization");
            assertThat(follow(client)).isNull();
        }

        @ParameterizedTest
        @ValueSource(strings = {"HTTPS_PROXY", "https_proxy", "ALL_PROXY"})
        void makesATunnelForHttpsAndSeesNothingOfIt(String variable) throws IOException {
            PemCertificate certificate = PemCertificate.make("gateway.example", "EC");
            Trust ours = Trust.of(Files.writeString(folder.resolve("ca.pem"), certificate.certificate()));
            try (ScriptedServer secure = new ScriptedServer(certificate)) {
                int port = port(secure.url());
                proxy.knows("gateway.example:443", port).knows("other.example:443", port);
                secure.answer(ACCEPTED);
                String[] environment = {variable, proxy.address(), "HTTP_PROXY", "http://x:1"};
                through("https://gateway.example", ours, environment).enqueue(JOB);
                assertThat(secure.heads().getFirst()).contains("Bearer secret");
                assertThat(proxy.heads().getFirst())
                        .startsWith("CONNECT gateway.example:443 HTTP/1.1\n")
                        .doesNotContain("secret");
                GatewayClient other = through("https://other.example", ours, environment);
                assertThatThrownBy(() -> other.enqueue(JOB)).isInstanceOf(SSLException.class);
            }
        }

        @Test
        void isNotUsedForExceptionsAndLoopback() throws IOException {
            server.answer(ACCEPTED).answer(ACCEPTED);
            through(server.url(), null, "HTTP_PROXY", proxy.address()).enqueue(JOB);
            through(server.url(), null, "HTTP_PROXY", proxy.address(), "NO_PROXY", "*")
                    .enqueue(JOB);
            assertThat(proxy.heads()).isEmpty();
        }

        @ParameterizedTest
        @CsvSource({
            "http://gateway.example, 407 Proxy Authentication Required",
            "https://gateway.example, 407 Proxy Authentication Required",
            "https://gateway.example, 403 Forbidden",
            "http://gateway.example, 403 Forbidden",
        })
        void thatRefusesIsNamedWithoutItsPasswordAndAskedOnce(String url, String status) {
            proxy.refusesWith(status);
            String address = "http://me:hunter22@" + proxy.address();
            GatewayClient client = through(url, null, "HTTP_PROXY", address, "HTTPS_PROXY", address);
            assertThatThrownBy(() -> client.enqueue(JOB))
                    .isInstanceOf(ForeignAnswer.class)
                    .hasMessageContaining(status.substring(0, 3))
                    .message()
                    .doesNotContain("hunter22");
            assertThat(follow(client)).contains(status.substring(0, 3)).doesNotContain("hunter22");
            assertThat(proxy.heads()).hasSize(2);
        }

        @Test
        void thatCannotReachTheGatewayOrIsNotThereIsNamed() {
            String address = "http://me:hunter22@" + proxy.address();
            GatewayClient unknown = through("https://nowhere.example", null, "HTTPS_PROXY", address);
            assertThatThrownBy(() -> unknown.enqueue(JOB))
                    .hasMessageContaining("The proxy http://***@" + proxy.address())
                    .hasMessageContaining("502");
            proxy.close();
            assertThatThrownBy(() -> unknown.enqueue(JOB))
                    .hasMessageContaining("cannot reach the proxy http://***@" + proxy.address());
        }

        @Test
        void isNeverUsedForASocketFile() {
            Origin socket = Origin.parse("unix:///var/run/docker.sock");
            assertThat(socket.through(ProxyRules.of(Map.of("ALL_PROXY", proxy.address()))))
                    .isEqualTo(socket);
        }
    }
}
