// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class RegistryAuthTest {
    private static final RegistryAuth LOGIN = new RegistryAuth("me", "hunter22", "r.example", "id-token", "reg-token");

    @Test
    void theHeaderIsPaddedBase64Url() {
        for (int length = 1; length < 8; length++) {
            String header = new RegistryAuth("u", "\u00ff\u00fe?".repeat(length), "r", null, null).header();
            assertThat(header.length() % 4).isZero();
            assertThat(header).doesNotContain("+", "/");
        }
    }

    @Test
    void theHeaderHasDockersNames() {
        assertThat(new String(Base64.getUrlDecoder().decode(LOGIN.header()), StandardCharsets.UTF_8))
                .isEqualTo("{\"username\":\"me\",\"password\":\"hunter22\",\"serveraddress\":\"r.example\","
                        + "\"identitytoken\":\"id-token\",\"registrytoken\":\"reg-token\"}");
    }

    @Test
    void noTextOfItShowsASecret() {
        assertThat(LOGIN.toString()).isEqualTo("RegistryAuth[r.example]");
        assertThat(new PullRequest(dev.pullcast.contract.image.ImageReference.parse("r.example/a"), null, LOGIN)
                        .toString())
                .doesNotContain("hunter22", "id-token", "reg-token");
    }

    @Test
    void anEnginesWordsLoseEverySecretInEveryForm() {
        String packed = Base64.getEncoder().encodeToString("me:hunter22".getBytes(StandardCharsets.UTF_8));
        String clean = Redaction.clean(
                "login with hunter22 (" + packed
                        + ") and id-token failed: GET https://me:hunter22@r.example/v2/?token=abc" + " with reg-token",
                LOGIN);
        assertThat(clean)
                .doesNotContain("hunter22", packed, "id-token", "reg-token", "abc")
                .contains("r.example/v2/");
    }
}
