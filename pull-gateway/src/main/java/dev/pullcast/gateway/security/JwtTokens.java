// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Signed tokens (RFC 7519) of one issuer. Signatures, issuer and audience are checked by Vert.x; this decides which keys
 * and algorithms count, insists on an end, and reads what is granted. Safe from any thread.
 */
final class JwtTokens {
    private static final int MAX_NAME = 128;
    private static final Map<String, List<String>> ALGORITHMS = Map.of(
            "RSA", List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
            "P-256", List.of("ES256"),
            "P-384", List.of("ES384"),
            "P-521", List.of("ES512"),
            "Ed25519", List.of("EdDSA"),
            "Ed448", List.of("EdDSA"));

    private final Vertx vertx;
    private final JwtSettings settings;
    private final InstantSource clock;
    private volatile Keys keys = new Keys(Set.of(), null);

    /** Ids of the keys, empty for keys without one; and what verifies with them. */
    private record Keys(Set<String> ids, @Nullable JWTAuth auth) {}

    /** Why a key set is of no use. */
    static final class BadKeys extends Exception {
        private static final long serialVersionUID = 1L;

        BadKeys(String message) {
            super(message);
        }
    }

    JwtTokens(Vertx vertx, JwtSettings settings, InstantSource clock) {
        this.vertx = vertx;
        this.settings = settings;
        this.clock = clock;
    }

    /** Whether a token looks like one of these: three parts with dots between them. */
    static boolean isOne(String token) {
        return token.chars().filter(c -> c == '.').count() == 2;
    }

    /** From now on these keys count, and no others; returns how many. */
    int replace(String json) throws BadKeys {
        List<JsonObject> usable = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        try {
            JsonArray all = new JsonObject(json).getJsonArray("keys", new JsonArray());
            for (Object one : all) {
                if (one instanceof JsonObject key) {
                    List<JsonObject> variants = variants(key);
                    usable.addAll(variants);
                    if (!variants.isEmpty()) {
                        ids.add(key.getString("kid", ""));
                    }
                }
            }
        } catch (DecodeException | ClassCastException e) { // whose message may quote what it read
            throw new BadKeys("it is no JSON Web Key Set");
        }
        if (usable.isEmpty()) {
            throw new BadKeys("it has no public key for any of " + settings.algorithms());
        }
        try {
            JWTAuth auth = JWTAuth.create(
                    vertx,
                    new JWTAuthOptions()
                            .setJwks(usable)
                            .setJWTOptions(new JWTOptions()
                                    .setIssuer(settings.issuer())
                                    .setAudience(settings.audience())
                                    .setLeeway((int) settings.skew().toSeconds())));
            keys = new Keys(Set.copyOf(ids), auth);
        } catch (RuntimeException e) {
            throw new BadKeys(
                    "it has a key that cannot be used: " + e.getClass().getSimpleName());
        }
        return ids.size();
    }

    /**
     * The key once for every algorithm that it may sign with here; none for secret keys, private ones and those for
     * encryption. A token's own word on its algorithm counts for nothing: each key verifies its own kind only.
     */
    private List<JsonObject> variants(JsonObject key) {
        String use = key.getString("use", "sig");
        String kind = "RSA".equals(key.getString("kty")) ? "RSA" : key.getString("crv", "");
        if (!"sig".equals(use) || key.containsKey("d") || "oct".equals(key.getString("kty"))) {
            return List.of();
        }
        String own = key.getString("alg");
        return ALGORITHMS.getOrDefault(kind, List.of()).stream()
                .filter(settings.algorithms()::contains)
                .filter(algorithm -> own == null || own.equals(algorithm))
                .map(algorithm -> key.copy().put("alg", algorithm).put("use", "sig"))
                .toList();
    }

    /** Whether a key that the token names is not among those that are known, so that it may be new. */
    boolean wantsNewKey(String token) {
        Keys now = keys;
        if (now.auth() == null) {
            return true;
        }
        try {
            JsonObject header = new JsonObject(new String(
                    Base64.getUrlDecoder().decode(token.substring(0, token.indexOf('.'))), StandardCharsets.UTF_8));
            String kid = header.getString("kid");
            return kid != null
                    && !now.ids().contains(kid)
                    && settings.algorithms().contains(header.getString("alg", ""));
        } catch (RuntimeException e) { // no Base64, no JSON, or not of that type: no token
            return false;
        }
    }

    /** Whose it is. Never fails. */
    Future<Authenticator.Verdict> check(String token) {
        JWTAuth auth = keys.auth();
        if (auth == null) {
            return Future.succeededFuture(new Authenticator.Unsure("the keys that sign tokens could not be read yet"));
        }
        Future<Authenticator.Verdict> checked;
        try {
            checked = auth.authenticate(new TokenCredentials(token))
                    .map(user -> read(user.attributes().getJsonObject("accessToken"), token));
        } catch (RuntimeException e) { // of a text that is no token
            return Future.succeededFuture(refused());
        }
        // The reason may quote the token.
        return checked.otherwise(_ -> refused());
    }

    private static Authenticator.Verdict refused() {
        return new Authenticator.Refused("the token is not good here: look at its signature, iss, aud, exp and nbf");
    }

    private Authenticator.Verdict read(JsonObject claims, String token) {
        Long end = claims.getLong("exp");
        String subject = claims.getString("sub");
        if (end == null || subject == null || subject.isBlank()) {
            return new Authenticator.Refused("the token lacks exp or sub");
        }
        List<Grants> grants = texts(claims.getValue(settings.claim())).stream()
                .flatMap(text -> Grants.parse(text).stream())
                .toList();
        Principal principal = new Principal(
                subject.substring(0, Math.min(MAX_NAME, subject.length())),
                Principal.Via.JWT,
                Grants.sum(grants),
                Instant.ofEpochSecond(end).plus(settings.skew()),
                HexFormat.of().formatHex(StaticTokens.sha256(token)));
        return principal.isExpired(clock.instant())
                ? new Authenticator.Refused("the token has expired")
                : new Authenticator.Known(principal);
    }

    /** A list of texts, or texts with blanks between them, as {@code scope} is. What is no grant is for others. */
    private static List<String> texts(@Nullable Object claim) {
        return switch (claim) {
            case String text -> List.of(text.strip().split("\\s+", -1));
            case JsonArray list ->
                list.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .toList();
            case null, default -> List.of();
        };
    }
}
