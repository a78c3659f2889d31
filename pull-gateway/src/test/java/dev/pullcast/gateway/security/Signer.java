// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import dev.pullcast.contract.codec.ContractJson;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs tokens as an identity provider would, with Java's own means: none of the code under test. */
public final class Signer {
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final Kind kind;
    private final String kid;
    private final KeyPair pair;

    /** Kinds of keys. */
    public enum Kind {
        RSA("RS256"),
        EC("ES256"),
        ED25519("EdDSA");

        private final String algorithm;

        Kind(String algorithm) {
            this.algorithm = algorithm;
        }

        /** What such keys sign with. */
        public String algorithm() {
            return algorithm;
        }
    }

    private Signer(Kind kind, String kid, KeyPair pair) {
        this.kind = kind;
        this.kid = kid;
        this.pair = pair;
    }

    /** With a new key. */
    public static Signer of(Kind kind, String kid) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(
                    switch (kind) {
                        case RSA -> "RSA";
                        case EC -> "EC";
                        case ED25519 -> "Ed25519";
                    });
            if (kind == Kind.RSA) {
                generator.initialize(2048);
            } else if (kind == Kind.EC) {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            }
            return new Signer(kind, kid, generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Claims as they should be, to be changed. */
    public static Map<String, Object> claims(String subject, Instant end, List<String> grants) {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", "https://issuer.example");
        claims.put("aud", "pullcast");
        claims.put("sub", subject);
        claims.put("exp", end.getEpochSecond());
        claims.put("pullcast", grants);
        return claims;
    }

    /** A key set. */
    @SafeVarargs
    public static String jwks(Map<String, Object>... keys) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (Map<String, Object> key : keys) {
            all.add(key);
        }
        return new String(ContractJson.write(Map.of("keys", all)), StandardCharsets.UTF_8);
    }

    /** Its public half as a JSON Web Key, without the algorithm, as many providers leave it out. */
    public Map<String, Object> publicKey() {
        Map<String, Object> key = new LinkedHashMap<>(Map.of("kid", kid, "use", "sig"));
        switch (kind) {
            case RSA -> {
                RSAPublicKey rsa = (RSAPublicKey) pair.getPublic();
                key.put("kty", "RSA");
                key.put("n", number(rsa.getModulus(), 256));
                key.put("e", number(rsa.getPublicExponent(), 3));
            }
            case EC -> {
                ECPublicKey ec = (ECPublicKey) pair.getPublic();
                key.put("kty", "EC");
                key.put("crv", "P-256");
                key.put("x", number(ec.getW().getAffineX(), 32));
                key.put("y", number(ec.getW().getAffineY(), 32));
            }
            case ED25519 -> {
                byte[] encoded = pair.getPublic().getEncoded();
                key.put("kty", "OKP");
                key.put("crv", "Ed25519");
                key.put("x", BASE64.encodeToString(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length)));
            }
        }
        return key;
    }

    /** What must never be in a key set. */
    public Map<String, Object> privateKey() {
        Map<String, Object> key = publicKey();
        key.put("d", number(((RSAPrivateKey) pair.getPrivate()).getPrivateExponent(), 256));
        return key;
    }

    private static String number(BigInteger value, int length) {
        byte[] bytes = value.toByteArray();
        byte[] fixed = new byte[length];
        int from = Math.max(0, bytes.length - length);
        System.arraycopy(bytes, from, fixed, length - (bytes.length - from), bytes.length - from);
        return BASE64.encodeToString(fixed);
    }

    /** A token. */
    public String sign(String algorithm, Map<String, Object> claims) {
        return sign(algorithm, Map.of(), claims);
    }

    /** A token with more in its header. */
    public String sign(String algorithm, Map<String, Object> header, Map<String, Object> claims) {
        Map<String, Object> all = new LinkedHashMap<>(Map.of("alg", algorithm, "typ", "JWT", "kid", kid));
        all.putAll(header);
        String input = encode(all) + "." + encode(claims);
        return input + "." + BASE64.encodeToString(signature(algorithm, input));
    }

    /** A token whose claims are not those that were signed. */
    public String tampered(String algorithm, Map<String, Object> claims) {
        String signature = sign(algorithm, claims);
        Map<String, Object> others = new LinkedHashMap<>(claims);
        others.put("sub", "eve");
        return input(algorithm, others) + signature.substring(signature.lastIndexOf('.'));
    }

    /** A token that says that it has no signature. */
    public static String unsigned(Map<String, Object> claims) {
        return encode(Map.of("alg", "none")) + "." + encode(claims) + ".";
    }

    /** The classic: HMAC with what everybody knows. */
    public String signedWithItsPublicKeyAsASecret(Map<String, Object> claims) {
        try {
            String input = input("HS256", claims);
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(pair.getPublic().getEncoded(), "HmacSHA256"));
            return input + "." + BASE64.encodeToString(mac.doFinal(input.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private String input(String algorithm, Map<String, Object> claims) {
        return encode(Map.of("alg", algorithm, "typ", "JWT", "kid", kid)) + "." + encode(claims);
    }

    private static String encode(Map<String, Object> json) {
        return BASE64.encodeToString(ContractJson.write(json));
    }

    private byte[] signature(String algorithm, String input) {
        try {
            Signature signature = Signature.getInstance(
                    switch (algorithm) {
                        case "RS256" -> "SHA256withRSA";
                        case "RS512" -> "SHA512withRSA";
                        case "PS256" -> "RSASSA-PSS";
                        case "ES256" -> "SHA256withECDSAinP1363Format";
                        default -> "Ed25519";
                    });
            if (algorithm.equals("PS256")) {
                signature.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
            }
            signature.initSign(pair.getPrivate());
            signature.update(input.getBytes(StandardCharsets.US_ASCII));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
