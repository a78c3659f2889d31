// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pullcast.testkit.ScriptedEngine;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.PfxOptions;
import io.vertx.core.net.SocketAddress;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An engine behind TCP, in clear text and with certificates of both sides, as {@code DOCKER_HOST} and its kin say. */
class TcpEngineIT {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    Path folder;

    private final Vertx vertx = NativeTransport.vertx(new VertxOptions());
    private final ScriptedEngine engine = ScriptedEngine.start();
    // Vert.x closes the connections of a client that nobody refers to any more.
    private final NetClient toEngine = vertx.createNetClient();

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
        engine.close();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** A server that passes everything on to the scripted engine's socket. */
    private int listen(NetServerOptions options) throws Exception {
        NetServer server = vertx.createNetServer(options.setHost("127.0.0.1").setPort(0));
        server.connectHandler(client -> {
            client.pause();
            toEngine.connect(SocketAddress.domainSocketAddress(engine.socket().toString()))
                    .onSuccess(behind -> join(client, behind))
                    .onFailure(_ -> client.close());
        });
        return await(server.listen()).actualPort();
    }

    private static void join(NetSocket client, NetSocket behind) {
        client.handler(behind::write).closeHandler(_ -> behind.close());
        behind.handler(client::write).closeHandler(_ -> client.close());
        client.resume();
    }

    private DockerEngine connect(int port, Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(environment);
        all.put("DOCKER_HOST", "tcp://127.0.0.1:" + port);
        return DockerEngine.at(vertx, EngineAddress.of(null, all));
    }

    /** {@code ca.pem}, {@code cert.pem} and {@code key.pem}, and the same as PKCS #12 for a server. */
    private Path certificates(String name) throws Exception {
        Path home = Files.createDirectories(folder.resolve(name));
        Path store = home.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "a",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-ext",
                        "bc:c=ca:true",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        Key key = keys.getKey("a", PASSWORD);
        String certificate = pem("CERTIFICATE", keys.getCertificate("a").getEncoded());
        Files.writeString(home.resolve("ca.pem"), certificate);
        Files.writeString(home.resolve("cert.pem"), certificate);
        Files.writeString(home.resolve("key.pem"), pem("PRIVATE KEY", key.getEncoded()));
        return home;
    }

    private static String pem(String what, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        return "-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n";
    }

    private NetServerOptions tls(Path server, Path clients) {
        return new NetServerOptions()
                .setSsl(true)
                .setKeyCertOptions(new PfxOptions()
                        .setPath(server.resolve("store.p12").toString())
                        .setPassword(new String(PASSWORD)))
                .setClientAuth(ClientAuth.REQUIRED)
                .setTrustOptions(new PemTrustOptions()
                        .addCertPath(clients.resolve("ca.pem").toString()));
    }

    @Test
    void clearTextIsSpokenWithoutCertificates() throws Exception {
        DockerEngine client = connect(listen(new NetServerOptions()), Map.of());
        assertThat(await(client.facts()).kind()).isEqualTo("docker");
    }

    @Test
    void withCertificatesBothSidesProveWhoTheyAre() throws Exception {
        Path both = certificates("both");
        int port = listen(tls(both, both));
        DockerEngine client = connect(port, Map.of("DOCKER_TLS_VERIFY", "1", "DOCKER_CERT_PATH", both.toString()));
        assertThat(await(client.facts()).kind()).isEqualTo("docker");
    }

    @Test
    void aServerThatNobodyVouchesForIsRefusedAndTheMessageSaysSo() throws Exception {
        Path server = certificates("server");
        Path other = certificates("other");
        int port = listen(tls(server, other));
        DockerEngine client = connect(port, Map.of("DOCKER_TLS_VERIFY", "1", "DOCKER_CERT_PATH", other.toString()));
        Throwable refused = catchThrowable(() -> await(client.facts()));
        assertThat(refused).hasMessageContaining("cannot reach the Docker Engine at tcp://127.0.0.1:" + port);
    }

    @Test
    void withoutVerifyingAnyServerIsTakenAsDockerDoes() throws Exception {
        Path server = certificates("server");
        Path other = certificates("other");
        DockerEngine client = connect(listen(tls(server, other)), Map.of("DOCKER_CERT_PATH", other.toString()));
        assertThat(await(client.facts()).kind()).isEqualTo("docker");
    }

    @Test
    void missingCertificatesAreNamed() {
        assertThat(catchThrowable(() -> connect(
                        1,
                        Map.of(
                                "DOCKER_TLS_VERIFY",
                                "1",
                                "DOCKER_CERT_PATH",
                                folder.resolve("none").toString()))))
                .hasMessageContaining("ca.pem")
                .hasMessageContaining("DOCKER_CERT_PATH");
    }
}
