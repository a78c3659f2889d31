// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StaticTokensTest {
    private static final String HASH = "sha256:" + "ab".repeat(32);

    @Test
    void are_found_by_what_they_hash_to() throws StaticTokens.BadTokens {
        NewToken token = NewToken.make();
        StaticTokens tokens = StaticTokens.parse(
                "# who may come in\n\nci " + token.hash()
                        + " read:a,b enqueue:a expires:2027-01-01T00:00:00Z\r\nops sha256:" + "0".repeat(64)
                        + " admin:*\n",
                "tokens");

        Principal ci = tokens.find(token.token()).orElseThrow();
        assertThat(ci.name()).isEqualTo("ci");
        assertThat(ci.grants().read().text()).isEqualTo("a,b");
        assertThat(ci.grants().enqueue().text()).isEqualTo("a");
        assertThat(ci.grants().admin().isEmpty()).isTrue();
        assertThat(ci.expires()).isEqualTo(Instant.parse("2027-01-01T00:00:00Z"));
        assertThat(ci.isExpired(Instant.parse("2027-01-01T00:00:00Z"))).isTrue();
        assertThat(tokens.find(token.token() + "x")).isEmpty();
        assertThat(tokens.find(token.hash())).isEmpty();
        assertThat(tokens.find("")).isEmpty();
    }

    @Test
    void are_256_random_bits_that_scanners_know() {
        NewToken one = NewToken.make();
        assertThat(one.token())
                .matches("pct_[A-Za-z0-9_-]{43}")
                .isNotEqualTo(NewToken.make().token());
        assertThat(one).asString().doesNotContain(one.token());
        assertThat(NewToken.hashOf("abc"))
                .isEqualTo("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ci",
                "ci pct_0123456789abcdef read:a",
                "ci HASH",
                "ci HASH read",
                "ci HASH read:",
                "ci HASH read:a,,b",
                "ci HASH write:a",
                "ci HASH read:a expires:tomorrow",
                "c\"i HASH read:a",
                "ci HASH read:a\nci sha256:0000000000000000000000000000000000000000000000000000000000000000 read:a",
                "ci HASH read:a\nop HASH read:a"
            })
    void that_are_not_well_written_are_refused_without_being_told(String text) {
        assertThatThrownBy(() -> StaticTokens.parse(text.replace("HASH", HASH), "tokens"))
                .isInstanceOf(StaticTokens.BadTokens.class)
                .hasMessageStartingWith("tokens, line ")
                .message()
                .doesNotContain("pct_", "abab");
    }

    @Test
    void an_admin_may_read_and_enqueue_where_it_is_one() {
        Grants grants = Grants.parse("admin:a").orElseThrow();
        assertThat(grants.of(Role.READ).covers("a")).isTrue();
        assertThat(grants.of(Role.ENQUEUE).covers("a")).isTrue();
        assertThat(grants.of(Role.READ).covers("b")).isFalse();
        assertThat(grants.of(Role.READ).covers(null)).isFalse();
        assertThat(Rule.ADMIN.allows(grants)).isFalse();
        assertThat(Grants.ALL.of(Role.READ).covers(null)).isTrue();
        assertThat(grants.texts()).containsEntry("read", "a").containsEntry("admin", "a");
    }
}
