// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.PemCertificate;
import dev.pullcast.testkit.TestKafka;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The gateway over TLS, and its certificate renewed while it runs. */
class TlsIT {
    private static final PemCertificate OLD = PemCertificate.make("old", "EC");
    private static final PemCertificate NEW = PemCertificate.make("new", "RSA");

    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    @TempDir
    Path dir;

    private GatewayFixture gateways;

    @BeforeEach
    void prepare() throws IOException {
        gateways = new GatewayFixture(loops.vertx(), kafka);
        write(OLD.certificate(), OLD.key());
    }

    @AfterEach
    void stop() {
        gateways.close();
    }

    private void write(String certificate, String key) throws IOException {
        Files.writeString(dir.resolve("cert.pem"), certificate);
        Files.writeString(dir.resolve("key.pem"), key);
    }

    private Gateway start() {
        return gateways.start(
                "gateway.tls.certificate=" + dir.resolve("cert.pem"), "gateway.tls.key=" + dir.resolve("key.pem"));
    }

    private static SSLContext trusting(PemCertificate... authorities) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (PemCertificate one : authorities) {
            store.setCertificateEntry(
                    "ca" + store.size(),
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(
                                    new ByteArrayInputStream(one.certificate().getBytes(StandardCharsets.US_ASCII))));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    private static SSLSocket connect(int port) throws Exception {
        SSLSocket socket = (SSLSocket) trusting(OLD, NEW).getSocketFactory().createSocket("127.0.0.1", port);
        socket.setSoTimeout(10_000);
        socket.startHandshake();
        return socket;
    }

    private static String servedBy(int port) throws Exception {
        try (SSLSocket socket = connect(port)) {
            return socket.getSession().getPeerPrincipal().getName();
        }
    }

    private static String get(SSLSocket socket, String path) throws IOException {
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        byte[] answer = new byte[16_384];
        int length = socket.getInputStream().read(answer);
        return new String(answer, 0, Math.max(0, length), StandardCharsets.UTF_8);
    }

    @Test
    void serves_a_renewed_certificate_to_new_connections_while_open_ones_go_on() throws Exception {
        int port = start().port();
        assertThat(servedBy(port)).isEqualTo("CN=old");
        try (SSLSocket open = connect(port)) {
            assertThat(get(open, "/healthz")).startsWith("HTTP/1.1 200");
            write(NEW.certificate(), NEW.key());
            await().untilAsserted(() -> assertThat(servedBy(port)).isEqualTo("CN=new"));
            assertThat(get(open, "/healthz")).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void keeps_the_old_one_while_the_new_ones_do_not_belong_together() throws Exception {
        int port = start().port();
        write(NEW.certificate(), OLD.key());
        Path other = dir.resolve("key.pem");
        await().during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(servedBy(port)).isEqualTo("CN=old"));
        Files.writeString(other, NEW.key());
        await().untilAsserted(() -> assertThat(servedBy(port)).isEqualTo("CN=new"));
    }

    @Test
    void does_not_start_with_files_that_are_of_no_use() throws IOException {
        for (List<String> bad : List.of(
                List.of(OLD.certificate(), NEW.key()),
                List.of("nothing", OLD.key()),
                List.of(OLD.certificate(), "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"))) {
            write(bad.getFirst(), bad.getLast());
            assertThatThrownBy(this::start).message().contains("cert.pem").doesNotContain("c2VjcmV0");
        }
        Files.delete(dir.resolve("key.pem"));
        assertThatThrownBy(this::start).message().contains("key.pem does not exist");
    }

    @Test
    void streams_events() throws Exception {
        try (SSLSocket stream = connect(start().port())) {
            StringBuilder all = new StringBuilder(get(stream, "/v1/events"));
            byte[] more = new byte[16_384];
            while (all.indexOf("event: snapshot") < 0) {
                all.append(new String(more, 0, stream.getInputStream().read(more), StandardCharsets.UTF_8));
            }
            assertThat(all).startsWith("HTTP/1.1 200").contains("retry: ");
        }
    }

    @Test
    void speaks_http_2_to_those_who_can() throws Exception {
        int port = start().port();
        SSLSocket socket = (SSLSocket) trusting(OLD).getSocketFactory().createSocket("127.0.0.1", port);
        try (socket) {
            var parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
        }
    }

    @Test
    void streams_over_http_2_share_a_connection_and_one_that_is_not_read_holds_up_none() throws Exception {
        Gateway gateway = start();
        HttpClientAgent client = loops.vertx()
                .createHttpClient(
                        new HttpClientOptions()
                                .setSsl(true)
                                .setUseAlpn(true)
                                .setProtocolVersion(HttpVersion.HTTP_2)
                                .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(OLD.certificate())))
                                .setHttp2MultiplexingLimit(20)
                                // As browsers have it: else what one stream leaves unread fills that of all.
                                .setHttp2ConnectionWindowSize(16 << 20),
                        new PoolOptions().setHttp2MaxSize(1));
        String job = UlidCreator.getMonotonicUlid().toString();
        List<Reading> readings = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            readings.add(Reading.open(client, gateway.port()));
        }
        Reading asleep = readings.getFirst();
        asleep.response.pause();
        List<Reading> others = readings.subList(1, readings.size());
        assertThat(readings).allSatisfy(r -> {
            assertThat(r.response.version()).isEqualTo(HttpVersion.HTTP_2);
            assertThat(r.response.statusCode()).isEqualTo(200);
        });
        assertThat(readings.stream().map(r -> r.response.request().connection()).distinct())
                .hasSize(1);
        int events = 200;
        String padding = "x".repeat(5_000);
        for (int i = 1; i <= events; i++) {
            gateways.send(EventWriter.step(job, i, padding));
        }
        await().untilAsserted(() -> assertThat(others)
                .allSatisfy(r ->
                        assertThat(r.text()).contains("event: snapshot", "\"seq\":1,", "\"seq\":" + events + ",")));
        assertThat(asleep.text()).doesNotContain("\"seq\":" + events + ",");

        gateway.close();

        await().untilAsserted(() -> assertThat(others).allSatisfy(r -> {
            assertThat(r.ended).isCompleted();
            assertThat(r.text()).containsPattern("retry: \\d+\n\n$");
        }));
        client.close().await(10, TimeUnit.SECONDS);
    }

    /** One stream of several on a connection. */
    private static final class Reading {
        private final Queue<String> pieces = new ConcurrentLinkedQueue<>();
        private final CompletableFuture<Void> ended = new CompletableFuture<>();

        @SuppressWarnings("NullAway.Init") // before anybody gets it
        private HttpClientResponse response;

        static Reading open(HttpClientAgent client, int port) throws Exception {
            Reading reading = new Reading();
            reading.response = client.request(HttpMethod.GET, port, "127.0.0.1", "/v1/events?type=pull.retrying")
                    .compose(request -> request.send().onSuccess(answer -> {
                        answer.handler((Buffer bytes) -> reading.pieces.add(bytes.toString()));
                        answer.exceptionHandler(reading.ended::completeExceptionally);
                        answer.endHandler(_ -> reading.ended.complete(null));
                    }))
                    .await(10, TimeUnit.SECONDS);
            return reading;
        }

        String text() {
            return String.join("", pieces);
        }
    }
}
