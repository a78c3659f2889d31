// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Issues the tokens that a registry with {@code auth.token} believes, as the registry's protocol says
 * (github.com/distribution/distribution, docs/spec/auth): {@code GET} with a password, {@code POST} with a password or a
 * refresh token. Whoever has no login gets a token for nothing.
 */
final class TokenServer implements AutoCloseable {
    static final String SERVICE = "registry-of-the-test";
    static final String ISSUER = "token-server-of-the-test";
    private static final String PASSWORD = "changeit";
    private static final int LIFETIME_SECONDS = 300;

    private final HttpServer server;
    private final PrivateKey key;
    private final Certificate certificate;
    private final List<User> users;
    private final List<TokenRegistry.TokenRequest> requests = new CopyOnWriteArrayList<>();

    /**
     * Somebody with a login.
     *
     * @param identityToken that {@code docker login} would have got in the password's place
     * @param repositories that he may pull; empty for all
     */
    record User(String name, String password, String identityToken, List<String> repositories) {}

    private TokenServer(HttpServer server, PrivateKey key, Certificate certificate, List<User> users) {
        this.server = server;
        this.key = key;
        this.certificate = certificate;
        this.users = users;
    }

    static TokenServer start(Path folder, List<User> users) {
        try {
            KeyStore keys = newKey(folder.resolve("token.p12"));
            TokenServer started = new TokenServer(
                    HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16),
                    (PrivateKey) keys.getKey("own", PASSWORD.toCharArray()),
                    keys.getCertificate("own"),
                    users);
            started.server.createContext("/token", started::answer);
            started.server.start();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyStore newKey(Path store) throws IOException, GeneralSecurityException {
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        List<String> command = new ArrayList<>(List.of(keytool, "-genkeypair", "-keyalg", "RSA", "-keysize", "2048"));
        command.addAll(List.of("-alias", "own", "-dname", "CN=token", "-storetype", "PKCS12"));
        command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
        Processes.run(command, Map.of()).orFail();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }

    String realm() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/token";
    }

    /** What the registry has to know to believe the tokens. */
    String certificatePem() {
        try {
            return "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                    + "\n-----END CERTIFICATE-----\n";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    List<TokenRegistry.TokenRequest> requests() {
        return List.copyOf(requests);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String query = String.valueOf(exchange.getRequestURI().getRawQuery());
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        boolean form = exchange.getRequestMethod().equals("POST");
        String basic = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                .orElse("");
        String grant = form
                ? values(body, "grant_type").stream().findFirst().orElse("")
                : basic.isEmpty() ? "anonymous" : "basic";
        Optional<User> user = form ? byForm(body, grant) : byHeader(basic);
        boolean granted = user.isPresent() || grant.equals("anonymous");
        requests.add(new TokenRegistry.TokenRequest(grant, granted));
        byte[] answer = (granted
                        ? token(user, values(form ? body : query, "scope"))
                        : "{\"details\":\"incorrect" + " username or password\"}")
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(granted ? 200 : 401, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private Optional<User> byHeader(String basic) {
        return users.stream()
                .filter(user -> basic.equals("Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        (user.name() + ':' + user.password()).getBytes(StandardCharsets.UTF_8))))
                .findFirst();
    }

    private Optional<User> byForm(String form, String grant) {
        return users.stream()
                .filter(user -> switch (grant) {
                    case "refresh_token" -> values(form, "refresh_token").contains(user.identityToken());
                    case "password" ->
                        values(form, "username").contains(user.name())
                                && values(form, "password").contains(user.password());
                    default -> false;
                })
                .findFirst();
    }

    private static List<String> values(String encoded, String name) {
        List<String> values = new ArrayList<>();
        for (String pair : encoded.split("&", -1)) {
            if (pair.startsWith(name + '=')) {
                values.add(URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8));
            }
        }
        return values;
    }

    private String token(Optional<User> user, List<String> scopes) {
        List<String> access = new ArrayList<>();
        for (String scope : scopes.stream()
                .flatMap(each -> List.of(each.split(" ", -1)).stream())
                .toList()) {
            String[] parts = scope.split(":", 3);
            boolean may = user.isPresent()
                    && (user.get().repositories().isEmpty()
                            || user.get().repositories().contains(parts[1]));
            if (parts.length == 3 && may) {
                access.add("{\"type\":\"" + parts[0] + "\",\"name\":\"" + parts[1] + "\",\"actions\":[\"pull\"]}");
            }
        }
        String token = signed(access);
        return "{\"token\":\"" + token + "\",\"access_token\":\"" + token + "\",\"expires_in\":" + LIFETIME_SECONDS
                + ",\"issued_at\":\"" + Instant.now() + "\"}";
    }

    private String signed(List<String> access) {
        try {
            long now = Instant.now().getEpochSecond();
            String header = "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"x5c\":[\""
                    + Base64.getEncoder().encodeToString(certificate.getEncoded()) + "\"]}";
            String claims = "{\"iss\":\"" + ISSUER + "\",\"aud\":\"" + SERVICE + "\",\"exp\":"
                    + (now + LIFETIME_SECONDS) + ",\"nbf\":" + (now - 5) + ",\"iat\":" + now + ",\"jti\":\""
                    + UUID.randomUUID() + "\",\"access\":[" + String.join(",", access) + "]}";
            String input = base64(header.getBytes(StandardCharsets.UTF_8))
                    + '.'
                    + base64(claims.getBytes(StandardCharsets.UTF_8));
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(input.getBytes(StandardCharsets.US_ASCII));
            return input + '.' + base64(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
