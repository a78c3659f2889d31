// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.gateway.KeyServer.Manner;
import dev.pullcast.gateway.security.AuditLog;
import dev.pullcast.gateway.security.FailedLogins;
import dev.pullcast.gateway.security.Signer;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.SseProbe;
import dev.pullcast.testkit.TestKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What strangers and a bad server of keys can do to logins: nothing that others notice. */
class LoginsIT {
    private static final String JSON = "Content-Type: application/json";
    private static final Duration QUICK = Duration.ofSeconds(1);

    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    @TempDir
    Path dir;

    private final Signer first = Signer.of(Signer.Kind.EC, "k1");
    private final Signer second = Signer.of(Signer.Kind.ED25519, "k2");
    private final KeyServer keys = new KeyServer(Signer.jwks(first.publicKey()));
    private GatewayFixture gateways;

    @BeforeEach
    void open() {
        gateways = new GatewayFixture(loops.vertx(), kafka);
    }

    @AfterEach
    void close() {
        keys.close();
        gateways.close();
    }

    private int start(String... more) {
        List<String> settings = new ArrayList<>(List.of(
                "gateway.auth.jwt.jwks=" + keys.url(),
                "gateway.auth.jwt.issuer=https://issuer.example",
                "gateway.auth.jwt.audience=pullcast",
                "gateway.auth.jwt.refresh-seconds=1",
                "gateway.auth.jwt.timeout-seconds=1"));
        Collections.addAll(settings, more);
        return gateways.start(settings.toArray(String[]::new)).port();
    }

    private static String bearer(Signer signer, String algorithm) {
        return "Authorization: Bearer "
                + signer.sign(algorithm, Signer.claims("eve", Instant.now().plusSeconds(600), List.of("read:*")));
    }

    private static int status(int port, String header) {
        return SseProbe.get(port, "/v1/pulls", header).status();
    }

    private static void isQuick(Runnable request) {
        long before = System.nanoTime();
        request.run();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(QUICK);
    }

    @Test
    void aServerOfKeysThatMisbehavesStopsNeitherOldTokensNorTheNextKey() {
        int port = start();
        Signer known = first;
        String good = bearer(known, "ES256");
        assertThat(status(port, good)).isEqualTo(200);
        List<Manner> manners = new ArrayList<>(List.of(Manner.values()));
        manners.remove(Manner.GOOD);
        for (Manner manner : manners) {
            Signer next = Signer.of(Signer.Kind.ED25519, "after-" + manner);
            String unknown = bearer(next, "EdDSA");
            int before = keys.asked();
            keys.behave(manner);
            await(manner + " was seen").atMost(Duration.ofSeconds(5)).until(() -> keys.asked() > before);
            SseProbe.Answer refused = await(manner + " makes an unknown key unsure")
                    .atMost(Duration.ofSeconds(6))
                    .until(() -> SseProbe.get(port, "/v1/pulls", unknown), answer -> answer.status() == 503);
            assertThat(refused.header("retry-after")).isPresent();
            isQuick(() -> assertThat(status(port, good)).as("%s", manner).isEqualTo(200));

            keys.serve(Signer.jwks(known.publicKey(), next.publicKey()));
            keys.behave(Manner.GOOD);
            await("the next key after " + manner)
                    .atMost(Duration.ofSeconds(4))
                    .untilAsserted(() -> assertThat(status(port, unknown)).isEqualTo(200));
        }
    }

    @Test
    void aKeyThatIsTakenAwayEndsTheStreamsOfItsTokens() {
        keys.serve(Signer.jwks(first.publicKey(), second.publicKey()));
        int port = start("gateway.sse.heartbeat-seconds=1");
        try (SseProbe gone = SseProbe.open(port, "/v1/events", bearer(first, "ES256"));
                SseProbe stays = SseProbe.open(port, "/v1/events", bearer(second, "EdDSA"))) {
            gone.nextEvent("snapshot");
            stays.nextEvent("snapshot");
            keys.serve(Signer.jwks(second.publicKey()));

            Optional<SseProbe.Block> block = gone.next();
            while (block.isPresent()) {
                block = gone.next();
            }
            assertThat(status(port, bearer(first, "ES256"))).isEqualTo(401);
            assertThat(stays.next()).isPresent();
        }
    }

    @Test
    void keysThatCannotBeFetchedForTooLongAreNotBelievedAnyMore() {
        int port = start("gateway.auth.jwt.outage-seconds=2");
        String good = bearer(first, "ES256");
        assertThat(status(port, good)).isEqualTo(200);
        keys.behave(Manner.FAILS);
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(status(port, good)).isEqualTo(503));
        keys.behave(Manner.GOOD);
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(status(port, good)).isEqualTo(200));
    }

    @Test
    void whoeverSendsUnknownKeysHoldsNothingAndNobodyUp() {
        int port = start("gateway.auth.jwt.timeout-seconds=5");
        String good = bearer(first, "ES256");
        keys.behave(Manner.STALLS_IN_ITS_BODY);
        try (ExecutorService strangers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<Integer>> answers = new ArrayList<>();
            long before = System.nanoTime();
            for (int i = 0; i < 200; i++) {
                String unknown = bearer(second, "EdDSA");
                answers.add(CompletableFuture.supplyAsync(() -> status(port, unknown), strangers));
            }
            // Those that may not wait are answered at once.
            await().atMost(Duration.ofSeconds(4))
                    .until(() ->
                            answers.stream().filter(CompletableFuture::isDone).count() >= 100);
            isQuick(() -> assertThat(status(port, good)).isEqualTo(200));
            isQuick(() -> assertThat(SseProbe.get(port, "/healthz").status()).isEqualTo(200));
            assertThat(answers.stream().map(CompletableFuture::join)).containsOnly(503);
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(9));
        }
        assertThat(SseProbe.get(port, "/metrics", bearer(first, "ES256")).body())
                .contains("pullcast_auth_keys_age_seconds");
    }

    @Test
    void aThousandWrongTokensAreCountedAndLimitedAndLeaveFewLinesAndAGoodOneGoesOn() throws IOException {
        TokensFile tokens = new TokensFile(dir).add("ada", "read:*");
        int port = gateways.start(tokens.setting(), "gateway.auth.failures-per-minute=50")
                .port();
        ListAppender<ILoggingEvent> audit = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(AuditLog.LOGGER);
        audit.start();
        logger.addAppender(audit);
        try {
            List<Integer> statuses = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                String wrong = "pct_" + String.format("%043d", i);
                SseProbe.Answer answer = i % 2 == 0
                        ? SseProbe.get(port, "/v1/pulls", "Authorization: Bearer " + wrong)
                        : SseProbe.request(
                                port,
                                "POST",
                                "/v1/session",
                                "{\"token\":\"" + wrong + "\"}",
                                JSON,
                                "Origin: http://127.0.0.1:" + port);
                statuses.add(answer.status());
                assertThat(answer.header(answer.status() == 429 ? "retry-after" : "www-authenticate"))
                        .isPresent();
                if (i % 100 == 99) {
                    isQuick(() -> assertThat(status(port, tokens.header("ada"))).isEqualTo(200));
                }
            }
            assertThat(statuses).containsOnly(401, 429).startsWith(401).endsWith(429);
            assertThat(Collections.frequency(statuses, 401)).isBetween(50, 150);
            assertThat(metric(port, tokens, "token") + metric(port, tokens, "session"))
                    .isEqualTo(1_000);
            assertThat(audit.list)
                    .hasSizeBetween(10, 3 * FailedLogins.MAX_LINES_PER_MINUTE)
                    .allSatisfy(line -> assertThat(ContractJson.mapper()
                                    .readTree(line.getFormattedMessage())
                                    .path("action")
                                    .asString())
                            .isEqualTo("login"));
        } finally {
            logger.detachAppender(audit);
        }
    }

    private static int metric(int port, TokensFile tokens, String by) {
        String text = SseProbe.get(port, "/metrics", tokens.header("ada")).body();
        var matcher = Pattern.compile("pullcast_auth_failures_total\\{by=\"" + by + "\"} (\\S+)")
                .matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return (int) Double.parseDouble(matcher.group(1));
    }
}
