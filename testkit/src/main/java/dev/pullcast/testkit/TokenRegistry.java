// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * A real registry that wants tokens, with a token server of its own. It serves, for pulling only, what was pushed to the
 * registry of a {@link DevEngine}.
 *
 * <p>{@link #USER} may pull everything, by his password or his identity token; {@link #LIMITED_USER} only
 * {@link #HIS_REPOSITORY}.
 */
public final class TokenRegistry implements AutoCloseable {
    public static final String USER = "puller";
    public static final String PASSWORD = "s3cret:with:colons";
    public static final String IDENTITY_TOKEN = "identity-token-of-puller";
    public static final String LIMITED_USER = "limited";
    public static final String HIS_REPOSITORY = "token/his";

    private static final Duration START = Duration.ofSeconds(20);

    private final Path folder;
    private final TokenServer tokens;
    private final Process registry;
    private final int port;

    /**
     * One token that was asked for.
     *
     * @param grant {@code basic}, {@code anonymous}, or the {@code grant_type} of a form: {@code refresh_token}
     */
    public record TokenRequest(String grant, boolean granted) {}

    private TokenRegistry(Path folder, TokenServer tokens, Process registry, int port) {
        this.folder = folder;
        this.tokens = tokens;
        this.registry = registry;
        this.port = port;
    }

    /** Starts both. */
    public static TokenRegistry withImagesOf(DevEngine engine) {
        try {
            Path folder = Files.createTempDirectory("pullcast-token");
            TokenServer tokens = TokenServer.start(
                    folder,
                    List.of(
                            new TokenServer.User(USER, PASSWORD, IDENTITY_TOKEN, List.of()),
                            new TokenServer.User(LIMITED_USER, PASSWORD, "none", List.of(HIS_REPOSITORY))));
            int port = freePort();
            Path certificate = folder.resolve("token.pem");
            Files.writeString(certificate, tokens.certificatePem());
            Path config = folder.resolve("config.yml");
            Files.writeString(config, config(engine.registryData(), port, tokens.realm(), certificate));
            Process registry = new ProcessBuilder("docker-registry", "serve", config.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
            TokenRegistry started = new TokenRegistry(folder, tokens, registry, port);
            started.awaitAnswer();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String config(Path data, int port, String realm, Path certificate) {
        return """
                version: 0.1
                log: {level: warn, accesslog: {disabled: true}}
                storage: {filesystem: {rootdirectory: "%s"}, maintenance: {readonly: {enabled: true}}}
                http: {addr: "127.0.0.1:%d"}
                auth: {token: {realm: "%s", service: "%s", issuer: "%s", rootcertbundle: "%s"}}
                """.formatted(data, port, realm, TokenServer.SERVICE, TokenServer.ISSUER, certificate);
    }

    private void awaitAnswer() {
        Awaitility.await().atMost(START).ignoreExceptions().until(() -> {
            if (!registry.isAlive()) {
                throw new IllegalStateException("docker-registry ended: " + Files.readString(folder.resolve("log")));
            }
            var connection = (HttpURLConnection)
                    URI.create("http://" + address() + "/v2/").toURL().openConnection();
            return connection.getResponseCode() == HttpURLConnection.HTTP_UNAUTHORIZED;
        });
    }

    /** {@code 127.0.0.1:port}. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** The full reference of an image that was seeded into the engine's registry. */
    public String image(String nameAndTag) {
        return address() + '/' + nameAndTag;
    }

    /** Every token that was asked for so far. */
    public List<TokenRequest> tokenRequests() {
        return tokens.requests();
    }

    @Override
    public void close() {
        tokens.close();
        registry.destroy();
        try {
            if (!registry.waitFor(START.toSeconds(), TimeUnit.SECONDS)) {
                registry.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Processes.deleteQuietly(folder);
    }
}
