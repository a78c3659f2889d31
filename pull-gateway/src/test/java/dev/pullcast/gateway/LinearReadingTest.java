// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.testkit.LinearReading;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** No regular expression that can backtrack reads what strangers write. */
class LinearReadingTest {
    /** Classes with other expressions, and why they may have them. */
    private static final Map<String, String> LEFT_OUT = Map.ofEntries(
            Map.entry("CompatPull", "reasons of our own, one literal"),
            Map.entry("OpenApi", "our own document and places in a body, anchored"),
            Map.entry("WebRoutes", "types of our own files"),
            Map.entry("JwtTokens", "tokens whose signature was checked, one class"),
            Map.entry("StaticTokens", "the operator's file"));

    @Test
    void noExpressionOfThisModuleBacktracks() throws Exception {
        assertThat(LinearReading.problems(GatewayConfig.class, LEFT_OUT)).isEmpty();
    }
}
