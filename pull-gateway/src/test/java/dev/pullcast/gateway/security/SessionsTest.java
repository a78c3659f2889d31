// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.sealed.SealingKeys;
import dev.pullcast.testkit.ManualClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SessionsTest {
    private final ManualClock clock = new ManualClock();
    private final Sessions sessions = new Sessions(clock, Duration.ofHours(12));
    private final Principal ada = new Principal("ada", Principal.Via.TOKEN, Grants.ALL, null, "x");

    private String cookie(Principal principal) {
        return sessions.seal(sessions.begin("pct_secret", principal)).orElseThrow();
    }

    @Test
    void hold_the_token_where_nobody_reads_it() {
        String cookie = cookie(ada);
        assertThat(cookie).matches("[A-Za-z0-9._-]+").doesNotContain("pct_secret");
        assertThat(sessions.open(cookie).orElseThrow().token()).isEqualTo("pct_secret");
        assertThat(sessions.open(cookie).orElseThrow()).asString().doesNotContain("pct_secret");
    }

    @Test
    void end_by_themselves_and_with_their_token() {
        String cookie = cookie(ada);
        String shorter = cookie(ada.until(clock.instant().plusSeconds(60)));
        clock.advance(Duration.ofMinutes(1));
        assertThat(sessions.open(shorter)).isEmpty();
        assertThat(sessions.open(cookie)).isPresent();
        clock.advance(Duration.ofHours(12));
        assertThat(sessions.open(cookie)).isEmpty();
    }

    @Test
    void are_no_good_when_changed_made_elsewhere_or_made_for_something_else() {
        String cookie = cookie(ada);
        for (int i = 0; i < cookie.length() - 1; i += 7) {
            assertThat(sessions.open(cookie.substring(0, i) + otherThan(cookie.charAt(i)) + cookie.substring(i + 1)))
                    .as("changed at %s", i)
                    .isEmpty();
        }
        assertThat(new Sessions(clock, Duration.ofHours(12)).open(cookie)).isEmpty();
        assertThat(sessions.open("")).isEmpty();
        SealingKeys keys = SealingKeys.ofThisProcess();
        sessions.replace(keys);
        assertThat(sessions.open(keys.seal(
                        "{\"token\":\"t\",\"ends\":\"2999-01-01T00:00:00Z\"}".getBytes(StandardCharsets.UTF_8),
                        "other")))
                .isEmpty();
    }

    /** Differs in its highest bit: the lowest ones of a part's last letter stand for nothing. */
    private static char otherThan(char letter) {
        String base64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        int value = base64Url.indexOf(letter);
        return value < 0 ? 'A' : base64Url.charAt(value ^ 32);
    }

    @Test
    void are_given_nobody_whose_token_is_too_long_for_a_cookie() {
        assertThat(sessions.seal(sessions.begin("x".repeat(4000), ada))).isEmpty();
    }
}
