// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An authorization server on loopback: {@code /token} gives a client that knows its secret a signed token (OAuth 2.0
 * client credentials, RFC 6749 section 4.4), {@code /jwks} has the key to check it with. Safe from any thread.
 */
public final class OAuthServer implements AutoCloseable {
    private static final long LIFE_SECONDS = 300;

    private final HttpServer server;
    private final RSAKey key;
    private final String audience;
    private final Map<String, String> clients = new ConcurrentHashMap<>();
    private final List<String> tokens = new CopyOnWriteArrayList<>();

    private OAuthServer(HttpServer server, RSAKey key, String audience) {
        this.server = server;
        this.key = key;
        this.audience = audience;
    }

    /** Starts one whose tokens are for this audience. */
    public static OAuthServer start(String audience) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            OAuthServer started = new OAuthServer(
                    server, new RSAKeyGenerator(2048).keyID("k1").generate(), audience);
            server.createContext("/token", started::token);
            server.createContext(
                    "/jwks", exchange -> answer(exchange, 200, new JWKSet(started.key.toPublicJWK()).toString()));
            server.start();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Lets a client in; its id becomes the token's subject. */
    public void register(String client, String secret) {
        clients.put(client, secret);
    }

    /** Where tokens are had. */
    public String tokenUrl() {
        return url("/token");
    }

    /** Where the keys are. */
    public String keysUrl() {
        return url("/jwks");
    }

    /** All tokens that were given so far: secrets. */
    public List<String> tokens() {
        return List.copyOf(tokens);
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    private void token(HttpExchange exchange) throws IOException {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        String[] client = header == null || !header.startsWith("Basic ")
                ? new String[0]
                : new String(Base64.getDecoder().decode(header.substring("Basic ".length())), StandardCharsets.UTF_8)
                        .split(":", 2);
        if (client.length != 2 || !client[1].equals(clients.get(client[0]))) {
            answer(exchange, 401, "{\"error\":\"invalid_client\"}");
            return;
        }
        String token = sign(client[0]);
        tokens.add(token);
        answer(
                exchange,
                200,
                "{\"access_token\":\"" + token + "\",\"token_type\":\"Bearer\",\"expires_in\":" + LIFE_SECONDS + "}");
    }

    private String sign(String subject) {
        Instant now = Instant.now();
        try {
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .keyID(key.getKeyID())
                            .type(JOSEObjectType.JWT)
                            .build(),
                    new JWTClaimsSet.Builder()
                            .subject(subject)
                            .audience(audience)
                            .claim("scope", "kafka")
                            .issueTime(Date.from(now))
                            .expirationTime(Date.from(now.plusSeconds(LIFE_SECONDS)))
                            .build());
            token.sign(new RSASSASigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
