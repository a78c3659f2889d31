// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pullcast.contract.image.Platform;
import dev.pullcast.contract.net.ProxyRules;
import dev.pullcast.testkit.EvilServer;
import dev.pullcast.testkit.PemCertificate;
import dev.pullcast.worker.engine.RegistryAuth;
import dev.pullcast.worker.engine.RegistryRules;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A list of attacks by a registry that a stranger has chosen, on real sockets. */
class RegistriesOfStrangersIT {
    private static final Platform PLATFORM = Platform.parse("linux/amd64");
    private static final RegistryRules LOOPBACK_IS_INSECURE =
            new RegistryRules(Map.of(), List.of("127.0.0.0/8", "::1/128"));
    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);
    private static final String MANIFEST = """
            {"schemaVersion":2,"config":{"digest":"%1$s","size":7},"layers":[{"digest":"%1$s","size":4711}]}""".formatted(DIGEST);
    private static final String SECRET = "s3cret-of-the-tenant";

    /** Heap that an answer may cost besides the test's own; the bombs unfold to gigabytes. */
    private static final long MAX_HEAP_BYTES = 100L << 20;

    @TempDir
    Path certificates;

    private final List<EvilServer> servers = new ArrayList<>();

    @AfterEach
    void close() {
        servers.forEach(EvilServer::close);
    }

    private EvilServer serve(EvilServer.Script script) {
        EvilServer server = EvilServer.start(script);
        servers.add(server);
        return server;
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private static String ok(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static void forever(OutputStream out, String text) throws IOException {
        byte[] many = text.repeat(Math.max(1, 65_536 / text.length())).getBytes(StandardCharsets.ISO_8859_1);
        while (true) {
            out.write(many);
        }
    }

    private RegistrySettings settings(Duration timeout, String... privateHosts) {
        return new RegistrySettings(timeout, 4 << 20, 8, List.of(privateHosts), certificates);
    }

    private RegistryReader reader(Duration timeout) {
        return new RegistryReader(settings(timeout), Map.of());
    }

    private static ManifestRequest request(String server, @Nullable RegistryAuth login) {
        return new ManifestRequest(server, "team/app", "1", login, LOOPBACK_IS_INSECURE, false, false, true);
    }

    private static RegistryAuth login(String server) {
        return new RegistryAuth("tenant", SECRET, server, null, null);
    }

    private static RegistryException refused(RegistryReader reader, ManifestRequest request) {
        RegistryException e = catchThrowableOfType(RegistryException.class, () -> reader.read(request, PLATFORM));
        assertThat(e).as("the registry was believed").isNotNull();
        assertThat(reader.refusals(e.refusal())).isPositive();
        assertThat(reader.registriesKept()).isZero();
        assertThat(e.getMessage()).doesNotContain(SECRET);
        return e;
    }

    /** The same, without much memory. */
    private void endsSmall(Refusal refusal, EvilServer.Script script) {
        Runtime runtime = Runtime.getRuntime();
        System.gc();
        long before = runtime.totalMemory() - runtime.freeMemory();
        ends(refusal, script);
        System.gc();
        assertThat(runtime.totalMemory() - runtime.freeMemory() - before).isLessThan(MAX_HEAP_BYTES);
    }

    /** Ends soon, with this refusal, and with its connection closed. */
    private void ends(Refusal refusal, EvilServer.Script script) {
        EvilServer server = serve(script);
        long start = System.nanoTime();
        RegistryException e = refused(reader(Duration.ofSeconds(5)), request(server.address(), null));
        assertThat(e.refusal()).as(e.getMessage()).isEqualTo(refusal);
        assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(4).toNanos());
        Awaitility.await()
                .pollInterval(Duration.ofMillis(10))
                .untilAsserted(() -> assertThat(server.open()).isZero());
    }

    @Nested
    class BytesWithoutEnd {
        @Test
        void aBodyWithoutALength() {
            endsSmall(Refusal.TOO_LARGE, (_, out) -> {
                write(out, "HTTP/1.1 200 OK\r\n\r\n");
                forever(out, "a");
            });
        }

        @Test
        void aBodyThatSaysThatItIsLarge() {
            ends(Refusal.TOO_LARGE, (_, out) -> write(out, "HTTP/1.1 200 OK\r\nContent-Length: 4194305\r\n\r\n{"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"99999999999999999999", "-1", "0x10", "1, 2", "1e3", "", "+5", "１"})
        void aLengthThatIsNone(String length) {
            ends(
                    Refusal.MALFORMED,
                    (_, out) -> write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n{}"));
        }

        @Test
        void aLengthThatIsALie() {
            ends(Refusal.UNREACHABLE, (_, out) -> write(out, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{}"));
        }

        @Test
        void twoLengths() {
            ends(
                    Refusal.MALFORMED,
                    (_, out) -> write(out, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"));
            ends(
                    Refusal.MALFORMED,
                    (_, out) -> write(
                            out,
                            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"));
        }

        @Test
        void chunks() {
            endsSmall(Refusal.TOO_LARGE, (_, out) -> {
                write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                forever(out, "4000\r\n" + "a".repeat(0x4000) + "\r\n");
            });
        }

        @Test
        void aChunkOfAllMemory() {
            ends(
                    Refusal.TOO_LARGE,
                    (_, out) -> write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n"));
            ends(
                    Refusal.MALFORMED,
                    (_, out) -> write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n"));
        }

        @Test
        void extensionsOfTinyChunks() {
            ends(Refusal.TOO_LARGE, (_, out) -> {
                write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                forever(out, "1;" + "x".repeat(1000) + "\r\n \r\n");
            });
        }

        @Test
        void oneExtension() {
            ends(Refusal.TOO_LARGE, (_, out) -> {
                write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;");
                forever(out, "x");
            });
        }

        @Test
        void trailers() {
            ends(Refusal.TOO_LARGE, (_, out) -> {
                write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
                forever(out, "a: b\r\n");
            });
        }

        @Test
        void aHead() {
            ends(Refusal.TOO_LARGE, (_, out) -> {
                write(out, "HTTP/1.1 200 OK\r\n");
                forever(out, "x: " + "y".repeat(1000) + "\r\n");
            });
        }

        @Test
        void aLineOfAHead() {
            ends(Refusal.TOO_LARGE, (_, out) -> {
                write(out, "HTTP/1.1 200 OK\r\nx: ");
                forever(out, "y");
            });
            ends(Refusal.TOO_LARGE, (_, out) -> forever(out, "y"));
        }

        @Test
        void linesOfAHead() {
            ends(Refusal.TOO_LARGE, (_, out) -> write(out, "HTTP/1.1 200 OK\r\n" + "a:b\r\n".repeat(300) + "\r\n{}"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"})
        void interimAnswers(String interim) {
            ends(Refusal.TOO_LARGE, (_, out) -> forever(out, interim));
        }

        @Test
        void theBodyOfARefusal() {
            ends(Refusal.STATUS, (_, out) -> {
                write(out, "HTTP/1.1 500 Oops\r\n\r\n");
                forever(out, "a");
            });
        }
    }

    @Nested
    class Bombs {
        private byte[] zeros(String how) throws IOException {
            ByteArrayOutputStream bomb = new ByteArrayOutputStream();
            byte[] megabyte = new byte[1 << 20];
            try (OutputStream out = how.equals("gzip") ? new GZIPOutputStream(bomb) : new DeflaterOutputStream(bomb)) {
                for (int i = 0; i < 1500; i++) {
                    out.write(megabyte);
                }
            }
            return bomb.toByteArray();
        }

        @ParameterizedTest
        @ValueSource(strings = {"gzip", "deflate"})
        void compressed(String how) throws IOException {
            byte[] bomb = zeros(how);
            assertThat(bomb.length).isLessThan(2 << 20);
            endsSmall(Refusal.TOO_LARGE, (_, out) -> {
                write(
                        out,
                        "HTTP/1.1 200 OK\r\nContent-Encoding: " + how + "\r\nContent-Length: " + bomb.length
                                + "\r\n\r\n");
                out.write(bomb);
            });
        }

        @ParameterizedTest
        @ValueSource(strings = {"gzip, gzip", "br", "zstd", "compress"})
        void thatNobodyAskedFor(String how) {
            ends(
                    Refusal.MALFORMED,
                    (_, out) -> write(out, ok("{}").replace("\r\n\r\n", "\r\nContent-Encoding: " + how + "\r\n\r\n")));
        }

        @Test
        void ofBrackets() {
            endsSmall(Refusal.CONTENT, (_, out) -> write(out, ok("{\"a\":" + "[".repeat(4_000_000))));
            ends(Refusal.CONTENT, (_, out) -> write(out, ok("{\"a\":[" + "{},".repeat(1_300_000) + "{}]}")));
        }

        @Test
        void ofLayers() {
            String layer = "{\"digest\":\"" + DIGEST + "\",\"size\":1},";
            ends(
                    Refusal.TOO_LARGE,
                    (_, out) -> write(
                            out,
                            ok("{\"config\":{\"digest\":\"" + DIGEST + "\",\"size\":1},\"layers\":["
                                    + layer.repeat(20_000))));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{\"layers\":[{\"digest\":\"DIGEST\",\"size\":9223372036854775807}],\"config\":{\"digest\":\"DIGEST\",\"size\":1}}",
                    "{\"layers\":[{\"digest\":\"DIGEST\",\"size\":1e400}],\"config\":{\"digest\":\"DIGEST\",\"size\":1}}",
                    "{\"layers\":[{\"digest\":\"DIGEST\",\"size\":-5}],\"config\":{\"digest\":\"DIGEST\",\"size\":1}}",
                    "{\"layers\":[{\"digest\":\"sha256:../../x\",\"size\":5}],\"config\":{\"digest\":\"DIGEST\",\"size\":1}}",
                    "{\"layers\":[],\"config\":{\"digest\":\"DIGEST\",\"size\":1},\"manifests\":[]}",
                    "{\"layers\":[null],\"config\":{\"digest\":\"DIGEST\",\"size\":1}}",
                    "{\"manifests\":{}}",
                    "[]",
                    "null",
                    "",
                    "{}{}",
                    "{\"layers\":[],\"config\":{\"digest\":\"DIGEST\",\"size\":1}} trailing",
                })
        void ofNonsense(String json) {
            ends(Refusal.CONTENT, (_, out) -> write(out, ok(json.replace("DIGEST", DIGEST))));
        }
    }

    @Nested
    class TimeWithoutEnd {
        private void isCut(EvilServer.Script script) {
            EvilServer server = serve(script);
            long start = System.nanoTime();
            RegistryException e = refused(reader(Duration.ofMillis(700)), request(server.address(), null));
            assertThat(e.refusal()).as(e.getMessage()).isEqualTo(Refusal.TOO_LATE);
            assertThat(System.nanoTime() - start)
                    .isLessThan(Duration.ofSeconds(2).toNanos());
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(10))
                    .untilAsserted(() -> assertThat(server.open()).isZero());
        }

        /** A byte each 20 ms: no single read ever takes long. */
        private void trickle(OutputStream out, String text) throws IOException {
            CountDownLatch never = new CountDownLatch(1);
            try {
                for (int i = 0; i < text.length(); i++) {
                    write(out, text.substring(i, i + 1));
                    assertThat(never.await(20, TimeUnit.MILLISECONDS)).isFalse();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Test
        void silence() {
            isCut((_, _) -> {
                throw new EvilServer.Silence();
            });
        }

        @Test
        void aHeadByteByByte() {
            isCut((_, out) -> trickle(out, "HTTP/1.1 200 OK\r\nx: " + "y".repeat(1000)));
        }

        @Test
        void aBodyByteByByte() {
            isCut((_, out) -> {
                write(out, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
                trickle(out, " ".repeat(1000));
            });
        }

        @Test
        void aBodyThatStops() {
            isCut((_, out) -> {
                write(out, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{");
                throw new EvilServer.Silence();
            });
        }

        @Test
        void aTokenByteByByte() {
            isCut((request, out) -> {
                if (request.startsWith("GET /token")) {
                    write(out, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
                    trickle(out, " ".repeat(1000));
                } else {
                    write(out, challenge("http://" + hostOf(request) + "/token"));
                }
            });
        }

        @Test
        void aNameThatIsLookedUpForEver() {
            RegistryReader reader = new RegistryReader(settings(Duration.ofMillis(300)), ProxyRules.NONE, _ -> {
                hang();
                return new InetAddress[0];
            });
            assertThat(refused(reader, request("slow.example", null)).refusal()).isEqualTo(Refusal.TOO_LATE);
        }

        @Test
        void aTurnThatIsNeverGivenBackByOthers() throws Exception {
            EvilServer slow = serve((_, _) -> {
                throw new EvilServer.Silence();
            });
            RegistryReader reader = reader(Duration.ofSeconds(1));
            Thread first = Thread.ofVirtual().start(() -> refused2(reader, slow.address()));
            Awaitility.await().pollInterval(Duration.ofMillis(10)).until(() -> slow.open() > 0);
            EvilServer quick = serve((_, out) -> write(out, ok(MANIFEST)));
            assertThat(reader.read(request(quick.address(), null), PLATFORM).layers())
                    .as("another registry is asked at once")
                    .containsEntry(DIGEST, 4711L);
            first.join();
        }

        private void refused2(RegistryReader reader, String address) {
            assertThat(catchThrowableOfType(
                            RegistryException.class, () -> reader.read(request(address, null), PLATFORM)))
                    .isNotNull();
        }

        private void hang() {
            try {
                new CountDownLatch(1).await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static String challenge(String realm) {
        return "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer realm=\"" + realm
                + "\",service=\"s\",scope=\"repository:other/secret:pull,push\"\r\nContent-Length: 0\r\n\r\n";
    }

    private static String hostOf(String request) {
        int at = request.indexOf("\r\nHost: ") + "\r\nHost: ".length();
        return request.substring(at, request.indexOf("\r\n", at));
    }

    @Nested
    class OtherPlaces {
        @ParameterizedTest
        @ValueSource(ints = {301, 302, 303, 307, 308})
        void aRedirectIsNotFollowed(int status) {
            EvilServer inside = serve((_, out) -> write(out, ok(MANIFEST)));
            EvilServer registry = serve((_, out) -> write(
                    out,
                    "HTTP/1.1 " + status + " Go\r\nLocation: http://" + inside.address()
                            + "/internal/admin?delete=1\r\nContent-Length: 0\r\n\r\n"));
            RegistryException e = refused(reader(Duration.ofSeconds(5)), request(registry.address(), null));
            assertThat(e.refusal()).isEqualTo(Refusal.REDIRECT);
            assertThat(inside.requests()).isEmpty();
        }

        @Test
        void aTokenServerDoesNotRedirectEither() {
            EvilServer inside = serve((_, out) -> write(out, ok("{\"token\":\"t\"}")));
            EvilServer registry = serve((request, out) -> write(
                    out,
                    request.startsWith("GET /token")
                            ? "HTTP/1.1 307 Go\r\nLocation: http://" + inside.address()
                                    + "/\r\nContent-Length: 0\r\n\r\n"
                            : challenge("http://" + hostOf(request) + "/token")));
            assertThat(refused(reader(Duration.ofSeconds(5)), request(registry.address(), login("r")))
                            .refusal())
                    .isEqualTo(Refusal.REDIRECT);
            assertThat(inside.requests()).isEmpty();
        }

        @Test
        void aRealmAtAnotherPortOverHttpGetsNothing() {
            EvilServer thief = serve((_, out) -> write(out, ok("{\"token\":\"t\"}")));
            EvilServer registry = serve((_, out) -> write(out, challenge("http://" + thief.address() + "/steal")));
            RegistryReader reader = reader(Duration.ofSeconds(5));
            for (RegistryAuth login : new @Nullable RegistryAuth[] {login("r"), null, identity()}) {
                assertThat(refused(reader, request(registry.address(), login)).refusal())
                        .isEqualTo(Refusal.REALM);
            }
            assertThat(thief.requests()).isEmpty();
        }

        private RegistryAuth identity() {
            return new RegistryAuth(null, null, "r", SECRET, null);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "ftp://127.0.0.1/x",
                    "file:///etc/passwd",
                    "//evil/token",
                    "/token",
                    "",
                    "http://",
                    "https:///x",
                    "https://me:pw@evil.example/token",
                    "http://127.0.0.1:0/",
                    "https://127.0.0.1:99999/",
                    "gopher://x",
                    "https://a b/",
                })
        void aRealmThatIsNoRealm(String realm) {
            EvilServer registry = serve((_, out) -> write(out, challenge(realm)));
            assertThat(refused(reader(Duration.ofSeconds(5)), request(registry.address(), login("r")))
                            .refusal())
                    .isEqualTo(Refusal.REALM);
        }

        @Test
        void aNameThatTurnsFromOneAddressToAnotherIsLookedUpOnce() throws Exception {
            EvilServer.Script script = (request, out) -> {
                if (request.startsWith("GET /token")) {
                    write(out, ok("{\"token\":\"t\"}"));
                } else if (request.contains("\r\nAuthorization: Bearer t\r\n")) {
                    write(out, ok(MANIFEST));
                } else {
                    write(out, challenge("http://" + hostOf(request) + "/token"));
                }
            };
            EvilServer right = serve(script);
            EvilServer inside = EvilServer.start("127.0.0.2", right.port(), null, script);
            servers.add(inside);
            AtomicInteger lookups = new AtomicInteger();
            RegistryReader reader =
                    new RegistryReader(settings(Duration.ofSeconds(5)), ProxyRules.NONE, _ -> new InetAddress[] {
                        InetAddress.ofLiteral(lookups.incrementAndGet() == 1 ? "127.0.0.1" : "127.0.0.2")
                    });
            reader.read(request("turning.localhost:" + right.port(), login("r")), PLATFORM);
            assertThat(right.requests()).hasSize(3);
            assertThat(inside.requests()).isEmpty();
            assertThat(lookups).hasValue(1);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "127.0.0.1",
                    "::1",
                    "169.254.169.254",
                    "fe80::1",
                    "0.0.0.0",
                    "::",
                    "224.0.0.1",
                    "ff02::1",
                    "255.255.255.255",
                    "64:ff9b::7f00:1",
                    "::7f00:1",
                    "2002:7f00:1::"
                })
        void aNameOfAStrangerDoesNotLeadHere(String address) {
            RegistryReader reader = new RegistryReader(settings(Duration.ofSeconds(2)), ProxyRules.NONE, _ ->
                    new InetAddress[] {InetAddress.ofLiteral(address)});
            assertThat(refused(reader, request("evil.example:80", null)).refusal())
                    .isEqualTo(Refusal.ADDRESS);
        }

        @Test
        void unlessTheSettingsSaySo() throws Exception {
            EvilServer registry = serve((_, out) -> write(out, ok(MANIFEST)));
            RegistryReader reader =
                    new RegistryReader(settings(Duration.ofSeconds(5), ".corp.example"), ProxyRules.NONE, _ ->
                            new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")});
            assertThat(reader.read(request("registry.corp.example:" + registry.port(), null), PLATFORM)
                            .config())
                    .isEqualTo(DIGEST);
        }

        @Test
        void aRegistryFarAwayDoesNotSendALoginHere() {
            EvilServer here = serve((_, out) -> write(out, ok("{\"token\":\"t\"}")));
            // Through this proxy, all names are far away.
            EvilServer proxy = serve((_, out) -> write(out, challenge("https://127.0.0.1:" + here.port() + "/t")));
            RegistryReader reader = new RegistryReader(
                    settings(Duration.ofSeconds(5)),
                    Map.of("HTTP_PROXY", proxy.address(), "HTTPS_PROXY", proxy.address()));
            RegistryRules insecure = new RegistryRules(Map.of(), List.of("far.example:80"));
            ManifestRequest request =
                    new ManifestRequest("far.example:80", "team/app", "1", login("r"), insecure, false, false, true);
            assertThat(refused(reader, request).refusal()).isEqualTo(Refusal.ADDRESS);
            assertThat(proxy.requests().getFirst()).startsWith("CONNECT far.example:80 HTTP/1.1\r\n");
            assertThat(proxy.requests().getLast()).startsWith("GET http://far.example/v2/team/app/manifests/1 HTTP");
            assertThat(here.open()).isZero();
            assertThat(here.requests()).isEmpty();
        }
    }

    @Nested
    class Logins {
        private final PemCertificate certificate = PemCertificate.make("localhost", "EC");

        private EvilServer tokens(String answer) {
            EvilServer tokens =
                    EvilServer.start("127.0.0.1", 0, certificate.server(), (_, out) -> write(out, ok(answer)));
            servers.add(tokens);
            return tokens;
        }

        private EvilServer registry(EvilServer tokens) throws IOException {
            EvilServer registry = serve((request, out) -> write(
                    out,
                    request.contains("\r\nAuthorization: Bearer the-token\r\n")
                            ? ok(MANIFEST)
                            : challenge("https://" + tokens.address() + "/token?x=y")));
            return registry;
        }

        private void trust(EvilServer registry) throws IOException {
            Path own = Files.createDirectories(certificates.resolve(registry.address()));
            Files.writeString(own.resolve("ca.crt"), certificate.certificate());
        }

        @Test
        void goToARealmOverHttpsWithACertificateThatIsTrusted() throws Exception {
            EvilServer tokens = tokens("{\"access_token\":\"the-token\"}");
            EvilServer registry = registry(tokens);
            trust(registry);
            assertThat(reader(Duration.ofSeconds(5))
                            .read(request(registry.address(), login("r")), PLATFORM)
                            .layers())
                    .containsEntry(DIGEST, 4711L);
            assertThat(tokens.requests().getFirst())
                    .startsWith("GET /token?x=y&service=s&scope=repository%3Ateam%2Fapp%3Apull&account=tenant HTTP/1.1")
                    .contains("Authorization: Basic ")
                    .doesNotContain("push", "other");
            assertThat(registry.requests()).noneMatch(request -> request.contains("Basic"));
        }

        @Test
        void asAnIdentityTokenInAFormAsDockerDoes() throws Exception {
            EvilServer tokens = tokens("{\"token\":\"the-token\"}");
            EvilServer registry = registry(tokens);
            trust(registry);
            RegistryAuth identity = new RegistryAuth(null, null, "r", "id+tok/en=", null);
            reader(Duration.ofSeconds(5)).read(request(registry.address(), identity), PLATFORM);
            assertThat(tokens.requests().getFirst())
                    .startsWith("POST /token?x=y HTTP/1.1")
                    .endsWith("\r\n\r\ngrant_type=refresh_token&client_id=pullcast&service=s"
                            + "&scope=repository%3Ateam%2Fapp%3Apull&refresh_token=id%2Btok%2Fen%3D");
        }

        @Test
        void doNotGoWhereTheCertificateIsUnknown() throws Exception {
            EvilServer tokens = tokens("{\"token\":\"the-token\"}");
            EvilServer registry = registry(tokens);
            assertThat(refused(reader(Duration.ofSeconds(5)), request(registry.address(), login("r")))
                            .refusal())
                    .isEqualTo(Refusal.UNREACHABLE);
            assertThat(tokens.requests()).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{\"token\":\"a\\r\\nX-Evil: 1\"}",
                    "{\"token\":\"\"}",
                    "{\"token\":{}}",
                    "[]",
                    "not json",
                    "{\"token\":\"ümlaut\"}",
                })
        void getNoTokenThatIsNone(String answer) throws Exception {
            EvilServer tokens = tokens(answer);
            EvilServer registry = registry(tokens);
            trust(registry);
            assertThat(refused(reader(Duration.ofSeconds(5)), request(registry.address(), login("r")))
                            .refusal())
                    .isEqualTo(Refusal.CONTENT);
            assertThat(registry.requests()).hasSize(1);
        }

        @Test
        void getNoTokenWithoutEnd() {
            ends(Refusal.TOO_LARGE, (request, out) -> {
                if (request.startsWith("GET /token")) {
                    write(out, "HTTP/1.1 200 OK\r\n\r\n{\"token\":\"");
                    forever(out, "t");
                }
                write(out, challenge("http://" + hostOf(request) + "/token"));
            });
        }

        @Test
        void areSentOnlyWhenTheyAreAskedFor() throws Exception {
            EvilServer registry = serve((request, out) -> write(
                    out,
                    request.contains("Authorization: Basic ")
                            ? ok(MANIFEST)
                            : "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"r\"\r\nContent-Length: 0\r\n\r\n"));
            reader(Duration.ofSeconds(5)).read(request(registry.address(), login("r")), PLATFORM);
            assertThat(registry.requests()).hasSize(2);
            assertThat(registry.requests().getFirst()).doesNotContain("Authorization");
        }

        @Test
        void endAtTheSecondRefusal() {
            EvilServer registry = serve((_, out) ->
                    write(out, "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"r\"\r\nContent-Length: 0\r\n\r\n"));
            assertThat(refused(reader(Duration.ofSeconds(5)), request(registry.address(), login("r")))
                            .refusal())
                    .isEqualTo(Refusal.LOGIN);
            assertThat(registry.requests()).hasSize(2);
        }
    }

    @Nested
    class Numbers {
        @Test
        void oneQuestionAtATimeForEachRegistry() throws Exception {
            AtomicInteger now = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            CountDownLatch first = new CountDownLatch(1);
            EvilServer registry = serve((_, out) -> {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                first.countDown();
                now.decrementAndGet();
                write(out, ok(MANIFEST));
            });
            RegistryReader reader = reader(Duration.ofSeconds(10));
            List<Thread> askers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                askers.add(Thread.ofVirtual().start(() -> {
                    try {
                        reader.read(request(registry.address(), null), PLATFORM);
                    } catch (RegistryException e) {
                        throw new IllegalStateException(e);
                    }
                }));
            }
            for (Thread asker : askers) {
                asker.join();
            }
            assertThat(most).hasValue(1);
            assertThat(registry.requests()).hasSize(20);
            assertThat(reader.registriesKept()).isZero();
        }

        @Test
        void nothingIsKeptOfRegistriesThatWereAsked() {
            RegistryReader reader = new RegistryReader(settings(Duration.ofSeconds(5)), ProxyRules.NONE, host -> {
                throw new java.net.UnknownHostException(host);
            });
            for (int i = 0; i < 2_000; i++) {
                refused(reader, request("r" + i + ".example", null));
            }
            assertThat(reader.registriesKept()).isZero();
            assertThat(reader.refusals(Refusal.UNREACHABLE)).isEqualTo(2_000);
        }
    }
}
