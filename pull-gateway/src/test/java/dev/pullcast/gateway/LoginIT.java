// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpServer;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.gateway.TwoProjects.Job;
import dev.pullcast.gateway.security.AuditLog;
import dev.pullcast.gateway.security.Signer;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.SseProbe;
import dev.pullcast.testkit.TestKafka;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** Tokens of all kinds, browsers' cookies, and how streams end with them; and that no log tells any of it. */
class LoginIT {
    private static final String JSON = "Content-Type: application/json";

    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    @TempDir
    Path dir;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private TokensFile tokens;
    private GatewayFixture gateways;
    private int port;
    private Job job;

    @BeforeEach
    void start() throws IOException {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        log.start();
        root.addAppender(log);
        tokens = new TokensFile(dir).add("ada", "read:alpha enqueue:alpha").add("bob", "read:alpha");
        Files.writeString(
                dir.resolve("session-keys"), "k1:" + Base64.getUrlEncoder().encodeToString(new byte[32]) + "\n");
        TwoProjects projects = new TwoProjects(kafka);
        job = projects.running("alpha");
        gateways = new GatewayFixture(loops.vertx(), kafka);
        port = gateways.start(tokens.setting(), "gateway.auth.session-keys=" + dir.resolve("session-keys"))
                .port();
    }

    @AfterEach
    void stop() {
        gateways.close();
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).detachAppender(log);
    }

    private String origin(int at) {
        return "Origin: http://127.0.0.1:" + at;
    }

    private SseProbe.Answer login(int at, String token) {
        return SseProbe.request(at, "POST", "/v1/session", "{\"token\":\"" + token + "\"}", JSON, origin(at));
    }

    private String cookieOf(String name) {
        String set = login(port, tokens.token(name)).header("set-cookie").orElseThrow();
        return "Cookie: " + set.substring(0, set.indexOf(';'));
    }

    private static JsonNode json(String text) {
        return ContractJson.mapper().readTree(text);
    }

    @Nested
    class A_browser {
        @Test
        void logs_in_once_and_gets_a_cookie_that_no_script_can_read_and_no_other_site_can_use() {
            SseProbe.Answer answer = login(port, tokens.token("ada"));
            assertThat(answer.status()).isEqualTo(204);
            assertThat(answer.header("set-cookie").orElseThrow())
                    .startsWith("pullcast=")
                    .contains("; Path=/", "; HTTPOnly", "; SameSite=Strict", "; Max-Age=43")
                    .doesNotContain(tokens.token("ada"), "Domain", "; Secure");

            String cookie = cookieOf("ada");
            assertThat(SseProbe.get(port, "/v1/pulls", cookie).status()).isEqualTo(200);
            JsonNode self = json(SseProbe.get(port, "/v1/session", cookie).body());
            assertThat(self.get("name").asString()).isEqualTo("ada");
            assertThat(self.get("grants").get("enqueue").asString()).isEqualTo("alpha");
            try (SseProbe stream = SseProbe.open(port, "/v1/events", cookie)) {
                assertThat(stream.nextEvent("snapshot").data()).contains(job.id());
            }
        }

        @Test
        void writes_with_its_cookie_only_from_a_page_of_this_gateway() {
            String cookie = cookieOf("ada");
            String body = "{\"images\":[\"alpine\"]}";
            assertThat(SseProbe.request(port, "POST", "/v1/pulls", body, JSON, cookie, origin(port))
                            .status())
                    .isEqualTo(202);
            assertThat(SseProbe.request(port, "POST", "/v1/pulls", body, JSON, cookie)
                            .status())
                    .isEqualTo(401);
            assertThat(SseProbe.request(port, "POST", "/v1/pulls", body, JSON, cookie, "Origin: https://evil.example")
                            .status())
                    .isEqualTo(403);
            assertThat(SseProbe.request(port, "DELETE", "/v1/pulls/" + job.id(), "", cookie, origin(port))
                            .status())
                    .isEqualTo(202);
        }

        @Test
        void is_known_at_every_gateway_that_has_the_key() {
            int other = gateways.start(tokens.setting(), "gateway.auth.session-keys=" + dir.resolve("session-keys"))
                    .port();
            assertThat(SseProbe.get(other, "/v1/pulls", cookieOf("ada")).status())
                    .isEqualTo(200);
            int alone = gateways.start(tokens.setting()).port();
            assertThat(SseProbe.get(alone, "/v1/pulls", cookieOf("ada")).status())
                    .isEqualTo(401);
        }

        @Test
        void is_led_to_the_login_and_logs_out() {
            SseProbe.Answer home = SseProbe.get(port, "/");
            assertThat(home.status()).isEqualTo(303);
            assertThat(home.header("location")).contains("/login");
            SseProbe.Answer page = SseProbe.get(port, "/login?next=%2F%23%2Fjobs");
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.header("content-security-policy").orElse("")).contains("default-src 'self'");
            assertThat(SseProbe.get(port, "/", cookieOf("ada")).status()).isEqualTo(200);
            SseProbe.Answer out = SseProbe.request(port, "DELETE", "/v1/session", "", cookieOf("ada"), origin(port));
            assertThat(out.status()).isEqualTo(204);
            assertThat(out.header("set-cookie").orElseThrow())
                    .startsWith("pullcast=;")
                    .contains("Max-Age=0");
        }

        @Test
        void behind_a_proxy_with_tls_gets_a_cookie_for_tls_only() {
            SseProbe.Answer answer = SseProbe.request(
                    port,
                    "POST",
                    "/v1/session",
                    "{\"token\":\"" + tokens.token("ada") + "\"}",
                    JSON,
                    "Origin: https://127.0.0.1:" + port);
            assertThat(answer.header("set-cookie").orElseThrow())
                    .startsWith("__Host-pullcast=")
                    .contains("; Secure");
        }

        @Test
        void is_refused_with_a_bad_token_and_told_nothing_of_it() {
            SseProbe.Answer answer = login(port, "pct_wrong");
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.header("set-cookie")).isEmpty();
            assertThat(answer.body()).doesNotContain("pct_wrong");
            assertThat(SseProbe.request(port, "POST", "/v1/session", "{\"token\":7", JSON)
                            .status())
                    .isEqualTo(400);
            assertThat(SseProbe.get(port, "/v1/pulls", "Cookie: pullcast=abc").status())
                    .isEqualTo(401);
        }
    }

    @Nested
    class A_stream {
        private void ends(SseProbe stream) {
            SseProbe.Block last = stream.nextEvent("error");
            assertThat(json(last.data()).get("status").asInt()).isEqualTo(401);
            assertThat(stream.toEnd()).isEmpty();
        }

        @Test
        void ends_when_its_token_is_taken_away_also_behind_a_cookie_and_others_go_on() {
            String cookie = cookieOf("ada");
            try (SseProbe byToken = SseProbe.open(port, "/v1/events", tokens.header("ada"));
                    SseProbe byCookie = SseProbe.open(port, "/v1/pulls/" + job.id() + "/events", cookie);
                    SseProbe other = SseProbe.open(port, "/v1/events", tokens.header("bob"))) {
                byToken.nextEvent("snapshot");
                byCookie.nextEvent("snapshot");
                other.nextEvent("snapshot");
                tokens.remove("ada");
                ends(byToken);
                ends(byCookie);
                assertThat(SseProbe.get(port, "/v1/pulls", cookie).status()).isEqualTo(401);
                new TwoProjects(kafka).send(job.completed());
                other.nextEvent("job.completed");
            }
        }

        @Test
        void ends_when_its_rights_change() {
            try (SseProbe stream = SseProbe.open(port, "/v1/events", tokens.header("bob"))) {
                stream.nextEvent("snapshot");
                tokens.grant("bob", "read:gamma");
                ends(stream);
            }
        }

        @Test
        void ends_when_its_signed_token_has_expired() throws IOException {
            Signer signer = Signer.of(Signer.Kind.EC, "k1");
            Files.writeString(dir.resolve("jwks.json"), Signer.jwks(signer.publicKey()));
            int signed = gateways.start(
                            "gateway.auth.jwt.jwks=" + dir.resolve("jwks.json"),
                            "gateway.auth.jwt.issuer=https://issuer.example",
                            "gateway.auth.jwt.audience=pullcast",
                            "gateway.auth.jwt.skew-seconds=0")
                    .port();
            String token =
                    signer.sign("ES256", Signer.claims("eve", Instant.now().plusSeconds(3), List.of("read:alpha")));
            try (SseProbe stream = SseProbe.open(signed, "/v1/events", "Authorization: Bearer " + token)) {
                assertThat(stream.nextEvent("snapshot").data()).contains(job.id());
                ends(stream);
            }
            assertThat(SseProbe.get(signed, "/v1/pulls", "Authorization: Bearer " + token)
                            .status())
                    .isEqualTo(401);
        }
    }

    @Nested
    class Keys_at_a_url {
        @Test
        void are_fetched_and_a_new_one_is_found_when_a_token_names_it() throws IOException {
            Signer first = Signer.of(Signer.Kind.EC, "k1");
            Signer second = Signer.of(Signer.Kind.RSA, "k2");
            AtomicReference<String> served = new AtomicReference<>(Signer.jwks(first.publicKey()));
            HttpServer provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            provider.createContext("/keys", exchange -> {
                byte[] body = served.get().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            provider.start();
            try {
                int at = gateways.start(
                                "gateway.auth.jwt.jwks=http://127.0.0.1:"
                                        + provider.getAddress().getPort() + "/keys",
                                "gateway.auth.jwt.issuer=https://issuer.example",
                                "gateway.auth.jwt.audience=pullcast")
                        .port();
                String old = bearer(first, "ES256");
                String fresh = bearer(second, "RS256");
                assertThat(SseProbe.get(at, "/v1/pulls", old).status()).isEqualTo(200);
                assertThat(SseProbe.get(at, "/v1/pulls", fresh).status()).isEqualTo(401);
                served.set(Signer.jwks(second.publicKey()));
                await().untilAsserted(() -> assertThat(
                                SseProbe.get(at, "/v1/pulls", fresh).status())
                        .isEqualTo(200));
                assertThat(SseProbe.get(at, "/v1/pulls", old).status()).isEqualTo(401);
                provider.stop(0);
                assertThat(SseProbe.get(at, "/v1/pulls", fresh).status())
                        .as("what is known stays in force")
                        .isEqualTo(200);
            } finally {
                provider.stop(0);
            }
        }

        private String bearer(Signer signer, String algorithm) {
            return "Authorization: Bearer "
                    + signer.sign(
                            algorithm, Signer.claims("eve", Instant.now().plusSeconds(60), List.of("read:alpha")));
        }
    }

    @Nested
    class The_log {
        @Test
        void has_a_line_for_every_job_cancel_and_login_with_who_did_it_and_from_where() {
            SseProbe.Answer posted = SseProbe.request(
                    port,
                    "POST",
                    "/v1/pulls",
                    "{\"images\":[\"alpine\"]}",
                    JSON,
                    tokens.header("ada"),
                    "X-Request-Id: trace-7",
                    "X-Forwarded-For: 10.1.2.3");
            String id = json(posted.body()).get("id").asString();
            SseProbe.request(port, "DELETE", "/v1/pulls/" + job.id(), "", tokens.header("bob"));
            SseProbe.request(port, "DELETE", "/v1/pulls/" + job.id(), "");
            login(port, tokens.token("ada"));
            login(port, "pct_wrong");
            for (boolean paused : List.of(true, false)) {
                SseProbe.request(
                        port, "PATCH", "/v1/pulls/" + id, "{\"paused\":" + paused + "}", JSON, tokens.header("ada"));
            }

            await().untilAsserted(() -> assertThat(deeds()).hasSize(7));
            JsonNode done = deeds().getFirst();
            assertThat(done.get("action").asString()).isEqualTo("job");
            assertThat(done.get("principal").asString()).isEqualTo("ada");
            assertThat(done.get("via").asString()).isEqualTo("token");
            assertThat(done.get("source").asString()).isEqualTo("127.0.0.1");
            assertThat(done.get("forwardedFor").asString()).isEqualTo("10.1.2.3");
            assertThat(done.get("request").asString()).isEqualTo("trace-7");
            assertThat(done.get("job").asString()).isEqualTo(id);
            assertThat(done.get("project").asString()).isEqualTo("alpha");
            assertThat(done.get("outcome").asString()).isEqualTo("done");
            assertThat(deeds())
                    .extracting(d -> d.get("outcome").asString())
                    .containsExactly("done", "denied", "denied", "done", "denied", "done", "done");
            assertThat(deeds().get(1).get("principal").asString()).isEqualTo("bob");
            assertThat(deeds().get(2).has("principal")).isFalse();
            assertThat(deeds())
                    .extracting(d -> d.get("action").asString())
                    .containsExactly("job", "cancel", "cancel", "login", "login", "pause", "resume");
        }

        private List<JsonNode> deeds() {
            return List.copyOf(log.list).stream()
                    .filter(e -> e.getLoggerName().equals(AuditLog.LOGGER))
                    .map(e -> json(e.getFormattedMessage()))
                    .toList();
        }

        @Test
        void tells_no_secret_whatever_is_done_with_it() throws IOException {
            String good = tokens.token("ada");
            String wrong = "pct_" + "Z".repeat(43);
            String cookie = cookieOf("ada");
            String sealed = cookie.substring("Cookie: pullcast=".length());
            List<String> secrets =
                    List.of(good, wrong, sealed, Base64.getUrlEncoder().encodeToString(new byte[32]));
            for (String token : List.of(good, wrong)) {
                for (String path : List.of("/v1/pulls", "/v1/nothing", "/metrics", "/v1/pulls?token=" + token)) {
                    for (String method : List.of("GET", "POST", "DELETE", "PUT")) {
                        SseProbe.Answer answer = SseProbe.request(
                                port, method, path, "{\"images\":7}", JSON, "Authorization: Bearer " + token);
                        assertThat(answer.body()).doesNotContain(secrets);
                    }
                }
                SseProbe.get(port, "/v1/pulls", "Authorization: " + token);
                login(port, token);
            }
            SseProbe.get(port, "/v1/pulls", cookie + "x");
            Files.writeString(dir.resolve("tokens"), "ada " + good + " read:alpha\n");
            Files.writeString(dir.resolve("session-keys"), "k1:" + good + "\n");
            await().untilAsserted(() -> assertThat(lines()).anyMatch(l -> l.contains("never the token itself")));
            await().untilAsserted(() -> assertThat(lines()).anyMatch(l -> l.contains("session-keys, line 1")));
            assertThatThrownBy(() -> gateways.start(tokens.setting())).hasMessageNotContaining(good);
            assertThat(lines()).isNotEmpty().allSatisfy(line -> assertThat(line).doesNotContain(secrets));
        }

        private List<String> lines() {
            return List.copyOf(log.list).stream()
                    .map(e -> e.getFormattedMessage()
                            + (e.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(e.getThrowableProxy())))
                    .toList();
        }
    }
}
