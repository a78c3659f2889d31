// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import com.nimbusds.jose.Algorithm;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import dev.pullcast.contract.codec.ContractJson;
import java.security.PublicKey;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Public keys that verify tokens, each for its own algorithms only. What a token says of its algorithm chooses among the
 * keys, and never makes one of them verify another kind of signature.
 */
record JwtKeys(List<Key> keys) {
    /** Of one set. A token without {@code kid} is tried with each. */
    static final int MAX_KEYS = 100;

    private static final Map<String, List<String>> ALGORITHMS = Map.of(
            "RSA", List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
            "P-256", List.of("ES256"),
            "P-384", List.of("ES384"),
            "P-521", List.of("ES512"),
            "Ed25519", List.of("EdDSA"),
            "Ed448", List.of("EdDSA"));

    /** Copies the list. */
    JwtKeys {
        keys = List.copyOf(keys);
    }

    /**
     * One key.
     *
     * @param id {@code kid}, null where the set names none
     * @param thumbprint (RFC 7638) tells keys apart, whatever they are called
     * @param algorithms that it may have signed with
     */
    record Key(@Nullable String id, String thumbprint, Set<JWSAlgorithm> algorithms, PublicKey key, JWK jwk) {}

    /** Why a key set is of no use. */
    static final class BadKeys extends Exception {
        private static final long serialVersionUID = 1L;

        BadKeys(String message) {
            super(message);
        }
    }

    /**
     * Reads a JSON Web Key Set. Keys that cannot be used are left out (RFC 7517, section 5): secret and private ones,
     * those for encryption, and kinds that are not understood.
     *
     * @param allowed algorithms
     */
    static JwtKeys parse(String json, Set<String> allowed) throws BadKeys {
        List<Key> usable = new ArrayList<>();
        for (JsonNode one : nodes(json)) {
            if (usable.size() == MAX_KEYS) {
                throw new BadKeys("it has more than " + MAX_KEYS + " keys");
            }
            Key key = key(one, allowed);
            if (key != null) {
                usable.add(key);
            }
        }
        if (usable.isEmpty()) {
            throw new BadKeys("it has no public key for any of " + allowed);
        }
        return new JwtKeys(usable);
    }

    private static JsonNode nodes(String json) throws BadKeys {
        try {
            JsonNode set = ContractJson.mapper().readTree(json);
            JsonNode keys = set.path("keys");
            if (set.isObject() && (keys.isArray() || keys.isMissingNode())) {
                return keys;
            }
        } catch (JacksonException e) {
            // Its message may quote what it read.
        }
        throw new BadKeys("it is no JSON Web Key Set");
    }

    private static @Nullable Key key(JsonNode node, Set<String> allowed) {
        try {
            JWK jwk = JWK.parse(node.toString());
            if (jwk.isPrivate() || (jwk.getKeyUse() != null && !KeyUse.SIGNATURE.equals(jwk.getKeyUse()))) {
                return null;
            }
            Set<JWSAlgorithm> algorithms = algorithms(jwk, allowed);
            PublicKey key = publicKey(jwk);
            return algorithms.isEmpty() || key == null
                    ? null
                    : new Key(jwk.getKeyID(), jwk.computeThumbprint().toString(), algorithms, key, jwk);
        } catch (ParseException | JOSEException | RuntimeException e) { // Nimbus is strict in its own ways
            return null;
        }
    }

    private static Set<JWSAlgorithm> algorithms(JWK jwk, Set<String> allowed) {
        String kind = switch (jwk) {
            case RSAKey _ -> "RSA";
            case ECKey ec -> ec.getCurve().getName();
            case OctetKeyPair pair -> pair.getCurve().getName();
            default -> "";
        };
        Algorithm own = jwk.getAlgorithm();
        return ALGORITHMS.getOrDefault(kind, List.of()).stream()
                .filter(allowed::contains)
                .filter(algorithm -> own == null || own.getName().equals(algorithm))
                .map(JWSAlgorithm::parse)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static @Nullable PublicKey publicKey(JWK jwk) throws JOSEException {
        return switch (jwk) {
            case RSAKey rsa -> rsa.toRSAPublicKey();
            case ECKey ec -> ec.toECPublicKey();
            case OctetKeyPair pair -> EdDsaVerifier.publicKey(pair);
            default -> null;
        };
    }

    /** Those that may have signed a token with this header. */
    List<Key> of(JWSHeader header) {
        String id = header.getKeyID();
        return keys.stream()
                .filter(key -> id == null || key.id() == null || id.equals(key.id()))
                .filter(key -> key.algorithms().contains(header.getAlgorithm()))
                .toList();
    }

    boolean hasId(String id) {
        return keys.stream().anyMatch(key -> id.equals(key.id()));
    }

    boolean hasThumbprint(String thumbprint) {
        return keys.stream().anyMatch(key -> key.thumbprint().equals(thumbprint));
    }

    /** For Nimbus. */
    JWKSet asSet() {
        return new JWKSet(keys.stream().map(Key::jwk).toList());
    }
}
