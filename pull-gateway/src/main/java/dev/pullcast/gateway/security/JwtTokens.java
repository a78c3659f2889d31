// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.security.Key;
import java.security.interfaces.EdECPublicKey;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Signed tokens (RFC 7519) of one issuer. Signatures and claims are checked by Nimbus with keys that are in memory; this
 * decides which keys and algorithms count, and reads what is granted. Safe from any thread.
 */
final class JwtTokens {
    /** Characters of a principal's name. */
    private static final int MAX_NAME = 128;

    private static final int HASH_CHARACTERS = 32;
    private static final Authenticator.Refused REFUSED =
            new Authenticator.Refused("the token is not good here: look at its signature, iss, aud, exp and nbf");

    private final JwtSettings settings;
    private final InstantSource clock;
    private final DefaultJWTProcessor<Candidate> processor = new DefaultJWTProcessor<>();
    private volatile @Nullable JwtKeys keys;

    /** The one key that a token is tried with. */
    private record Candidate(JwtKeys.Key key) implements SecurityContext {}

    JwtTokens(JwtSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        processor.setJWSKeySelector((_, candidate) -> List.of(candidate.key().key()));
        processor.setJWSVerifierFactory(new Verifiers());
        processor.setJWTClaimsSetVerifier(new Claims(settings, clock));
    }

    /** Adds Java's own EdDSA to what Nimbus verifies. */
    private static final class Verifiers extends DefaultJWSVerifierFactory {
        @Override
        public JWSVerifier createJWSVerifier(JWSHeader header, Key key) throws JOSEException {
            return key instanceof EdECPublicKey edwards
                    ? new EdDsaVerifier(edwards)
                    : super.createJWSVerifier(header, key);
        }
    }

    private static final class Claims extends DefaultJWTClaimsVerifier<Candidate> {
        private final InstantSource clock;

        Claims(JwtSettings settings, InstantSource clock) {
            super(
                    Set.copyOf(settings.audience()),
                    new JWTClaimsSet.Builder().issuer(settings.issuer()).build(),
                    Set.of("exp", "sub"),
                    Set.of());
            this.clock = clock;
            setMaxClockSkew((int) settings.skew().toSeconds());
        }

        @Override
        protected Date currentTime() {
            return Date.from(clock.instant());
        }
    }

    /** Whether a token looks like one of these: three parts with dots between them. */
    static boolean isOne(String token) {
        return token.chars().filter(c -> c == '.').count() == 2;
    }

    /** From now on the keys of this set count, and no others; returns how many. */
    int replace(String json) throws JwtKeys.BadKeys {
        JwtKeys now = JwtKeys.parse(json, settings.algorithms());
        keys = now;
        return now.keys().size();
    }

    /** From now on these count, and no others; null for none. */
    void replace(@Nullable JwtKeys now) {
        keys = now;
    }

    /** Whether a key that the token names is not among those that are known, so that it may be new. */
    boolean wantsNewKey(String token) {
        JwtKeys now = keys;
        try {
            JWSHeader header = SignedJWT.parse(token).getHeader();
            String id = header.getKeyID();
            return settings.algorithms().contains(header.getAlgorithm().getName())
                    && (now == null || (id != null && !now.hasId(id)));
        } catch (ParseException | RuntimeException e) { // no token
            return false;
        }
    }

    /** Whether what this key signed still holds. */
    boolean hasKey(String thumbprint) {
        JwtKeys now = keys;
        return now != null && now.hasThumbprint(thumbprint);
    }

    /** Whose it is. */
    Authenticator.Verdict check(String token) {
        JwtKeys now = keys;
        if (now == null) {
            return new Authenticator.Unsure("the keys that sign tokens could not be read yet");
        }
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            JWSHeader header = jwt.getHeader();
            // RFC 7515, 4.1.11: an extension that is not understood; here none is.
            if (header.getCriticalParams() != null
                    && !header.getCriticalParams().isEmpty()) {
                return REFUSED;
            }
            for (JwtKeys.Key key : now.of(header)) {
                Authenticator.Verdict verdict = check(jwt, key, token);
                if (!verdict.equals(REFUSED)) {
                    return verdict;
                }
            }
            return REFUSED;
        } catch (ParseException | RuntimeException e) { // whose message may quote the token
            return REFUSED;
        }
    }

    private Authenticator.Verdict check(SignedJWT jwt, JwtKeys.Key key, String token) {
        try {
            return read(processor.process(jwt, new Candidate(key)), key, token);
        } catch (BadJOSEException | JOSEException e) {
            return REFUSED;
        }
    }

    private Authenticator.Verdict read(JWTClaimsSet claims, JwtKeys.Key key, String token) {
        String subject = claims.getSubject();
        if (claims.getExpirationTime() == null || subject == null || subject.isBlank()) {
            return new Authenticator.Refused("the token lacks exp or sub");
        }
        List<Grants> grants = texts(claims.getClaim(settings.claim())).stream()
                .flatMap(text -> Grants.parse(text).stream())
                .toList();
        Principal principal = new Principal(
                name(subject),
                Principal.Via.JWT,
                Grants.sum(grants),
                claims.getExpirationTime().toInstant().plus(settings.skew()),
                HexFormat.of().formatHex(StaticTokens.sha256(token)),
                key.thumbprint());
        return principal.isExpired(clock.instant())
                ? new Authenticator.Refused("the token has expired")
                : new Authenticator.Known(principal);
    }

    /** A long subject ends in its hash: two that begin alike must not become one principal. */
    private static String name(String subject) {
        if (subject.length() < MAX_NAME) {
            return subject;
        }
        String hash = HexFormat.of().formatHex(StaticTokens.sha256(subject)).substring(0, HASH_CHARACTERS);
        return subject.substring(0, MAX_NAME - HASH_CHARACTERS - 1) + '~' + hash;
    }

    /** A list of texts, or texts with blanks between them, as {@code scope} is. What is no grant is for others. */
    private static List<String> texts(@Nullable Object claim) {
        return switch (claim) {
            case String text -> List.of(text.strip().split("\\s+", -1));
            case Collection<?> list ->
                list.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .toList();
            case null, default -> List.of();
        };
    }
}
