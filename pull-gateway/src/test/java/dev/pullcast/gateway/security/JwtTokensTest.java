// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.gateway.security.Signer.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JwtTokensTest {
    private static final Signer RSA = Signer.of(Kind.RSA, "k1");

    private final Instant now = Instant.now();
    private JwtTokens tokens;

    @BeforeEach
    void trustOneKey() throws JwtKeys.BadKeys {
        tokens = tokens("pullcast");
        tokens.replace(Signer.jwks(RSA.publicKey()));
    }

    private JwtTokens tokens(String claim) {
        return new JwtTokens(
                new JwtSettings(
                        "unused",
                        "https://issuer.example",
                        List.of("pullcast", "other"),
                        claim,
                        Set.of("RS256", "PS256", "ES256", "EdDSA"),
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(5),
                        Duration.ofSeconds(5),
                        Duration.ofHours(4)),
                InstantSource.fixed(now));
    }

    private Map<String, Object> good() {
        return Signer.claims("ada", now.plusSeconds(60), List.of("read:a", "enqueue:a,b"));
    }

    private Authenticator.Verdict verdict(String token) {
        return tokens.check(token);
    }

    private Principal known(String token) {
        assertThat(verdict(token)).isInstanceOf(Authenticator.Known.class);
        return ((Authenticator.Known) verdict(token)).principal();
    }

    private void isRefused(String token) {
        assertThat(verdict(token))
                .isInstanceOfSatisfying(
                        Authenticator.Refused.class,
                        refused -> assertThat(refused.why()).isNotEmpty().doesNotContain(token));
    }

    private void isRefusedWith(String claim, Object value) {
        Map<String, Object> claims = good();
        claims.put(claim, value);
        isRefused(RSA.sign("RS256", claims));
    }

    @Test
    void a_good_one_tells_who_it_is_what_it_may_and_how_long() {
        Principal ada = known(RSA.sign("RS256", good()));
        assertThat(ada.name()).isEqualTo("ada");
        assertThat(ada.via()).isEqualTo(Principal.Via.JWT);
        assertThat(ada.grants().texts()).isEqualTo(Map.of("read", "a", "enqueue", "a,b"));
        assertThat(ada.expires())
                .isEqualTo(Instant.ofEpochSecond(now.plusSeconds(60).getEpochSecond())
                        .plusSeconds(30));
    }

    @ParameterizedTest
    @EnumSource
    void every_kind_of_key_is_understood(Kind kind) throws JwtKeys.BadKeys {
        Signer signer = Signer.of(kind, "k2");
        tokens.replace(Signer.jwks(signer.publicKey()));
        assertThat(known(signer.sign(kind.algorithm(), good())).name()).isEqualTo("ada");
        isRefused(signer.tampered(kind.algorithm(), good()));
    }

    @Test
    void one_key_may_sign_with_more_than_one_algorithm_but_with_none_that_is_not_allowed() {
        assertThat(known(RSA.sign("PS256", good())).name()).isEqualTo("ada");
        isRefused(RSA.sign("RS512", good()));
    }

    @Test
    void what_the_header_says_of_the_algorithm_counts_for_nothing() {
        isRefused(Signer.unsigned(good()));
        isRefused(RSA.signedWithItsPublicKeyAsASecret(good()));
    }

    @Test
    void another_key_of_the_same_name_is_of_no_use() {
        isRefused(Signer.of(Kind.RSA, "k1").sign("RS256", good()));
    }

    @Test
    void they_must_be_by_the_issuer_for_us_and_in_time() {
        isRefusedWith("iss", "https://elsewhere.example");
        isRefusedWith("aud", "somebody");
        isRefusedWith("aud", List.of("somebody", "else"));
        isRefusedWith("exp", now.minusSeconds(31).getEpochSecond());
        isRefusedWith("nbf", now.plusSeconds(40).getEpochSecond());
        isRefusedWith("exp", "never");
        for (String claim : List.of("iss", "aud", "exp", "sub")) {
            Map<String, Object> claims = good();
            claims.remove(claim);
            isRefused(RSA.sign("RS256", claims));
        }
        Map<String, Object> skewed = good();
        skewed.put("exp", now.minusSeconds(10).getEpochSecond());
        skewed.put("nbf", now.plusSeconds(10).getEpochSecond());
        skewed.put("aud", List.of("somebody", "other"));
        assertThat(known(RSA.sign("RS256", skewed)).name()).isEqualTo("ada");
    }

    @Test
    void what_is_no_token_is_refused_without_a_word_of_it() {
        for (String text : List.of("a.b.c", "..", "e30.e30.e30", "!.!.!", RSA.sign("RS256", good()) + "x")) {
            isRefused(text);
            assertThat(tokens.wantsNewKey(text)).isFalse();
        }
    }

    @Test
    void grants_may_stand_in_a_scope_among_others() throws JwtKeys.BadKeys {
        tokens = tokens("scope");
        tokens.replace(Signer.jwks(RSA.publicKey()));
        Map<String, Object> claims = good();
        claims.put("scope", "openid read:a email admin:b");
        assertThat(known(RSA.sign("RS256", claims)).grants().read().text()).isEqualTo("a,b");
        claims.put("scope", 7);
        assertThat(known(RSA.sign("RS256", claims)).grants().isEmpty()).isTrue();
    }

    @Test
    void keys_are_exchanged_while_it_runs() throws JwtKeys.BadKeys {
        Signer next = Signer.of(Kind.EC, "k2");
        String token = next.sign("ES256", good());
        assertThat(tokens.wantsNewKey(token)).isTrue();
        assertThat(tokens.wantsNewKey(RSA.sign("RS256", good()))).isFalse();
        tokens.replace(Signer.jwks(RSA.publicKey(), next.publicKey()));
        assertThat(tokens.wantsNewKey(token)).isFalse();
        known(token);
        known(RSA.sign("RS256", good()));
        tokens.replace(Signer.jwks(next.publicKey()));
        isRefused(RSA.sign("RS256", good()));
    }

    @Test
    void only_public_keys_for_signatures_are_taken() throws JwtKeys.BadKeys {
        Map<String, Object> encryption = RSA.publicKey();
        encryption.put("use", "enc");
        for (Map<String, Object> key :
                List.of(encryption, RSA.privateKey(), Map.<String, Object>of("kty", "oct", "k", "c2VjcmV0"))) {
            assertThatThrownBy(() -> tokens.replace(Signer.jwks(key)))
                    .isInstanceOf(JwtKeys.BadKeys.class)
                    .message()
                    .doesNotContain("c2VjcmV0");
        }
        assertThatThrownBy(() -> tokens.replace("<html>")).hasMessage("it is no JSON Web Key Set");
        known(RSA.sign("RS256", good()));
    }

    @Test
    void before_there_are_keys_nothing_can_be_said() {
        tokens = tokens("pullcast");
        assertThat(verdict(RSA.sign("RS256", good()))).isInstanceOf(Authenticator.Unsure.class);
    }

    @Test
    void an_extension_that_must_be_understood_is_not() {
        for (Object critical : List.of(List.of("exp2"), List.of("b64"), "exp", List.of(7))) {
            isRefused(RSA.sign("RS256", Map.of("crit", critical, "exp2", 1, "b64", true), good()));
        }
        known(RSA.sign("RS256", Map.of("jku", "https://evil.example/keys"), good()));
    }

    @Test
    void a_type_that_is_none_of_a_token_for_access_is_refused() {
        known(RSA.sign("RS256", Map.of("typ", "at+jwt"), good()));
        isRefused(RSA.sign("RS256", Map.of("typ", "logout+jwt"), good()));
    }

    @Test
    void a_key_that_names_its_algorithm_verifies_no_other() throws JwtKeys.BadKeys {
        Map<String, Object> pinned = RSA.publicKey();
        pinned.put("alg", "PS256");
        tokens.replace(Signer.jwks(pinned));
        known(RSA.sign("PS256", good()));
        isRefused(RSA.sign("RS256", good()));
    }

    @Test
    void keys_that_cannot_be_used_do_not_spoil_the_others() throws JwtKeys.BadKeys {
        tokens.replace(Signer.jwks(
                Map.of("kty", "new", "kid", "a"),
                Map.of("kty", "RSA", "kid", "b", "n", "!", "e", "AQAB"),
                Map.of("kty", "EC", "kid", "c", "crv", "P-256", "x", "AA", "y", "AA"),
                Map.of("kty", "OKP", "kid", "d", "crv", "Ed25519", "x", "AA"),
                RSA.publicKey()));
        known(RSA.sign("RS256", good()));
    }

    @Test
    void subjects_that_begin_alike_stay_two_and_none_can_be_made_to_look_like_another() {
        String common = "x".repeat(200);
        String one = named(common + "1");
        String two = named(common + "2");
        assertThat(one).hasSize(128).isNotEqualTo(two);
        assertThat(named(one)).isNotEqualTo(one);
        assertThat(named("y".repeat(127))).isEqualTo("y".repeat(127));
    }

    private String named(String subject) {
        Map<String, Object> claims = good();
        claims.put("sub", subject);
        return known(RSA.sign("RS256", claims)).name();
    }
}
