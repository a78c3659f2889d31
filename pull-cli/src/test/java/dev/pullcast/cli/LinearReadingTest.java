// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.job.JobId;
import dev.pullcast.standalone.EmbeddedBroker;
import dev.pullcast.testkit.LinearReading;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** No regular expression that can backtrack reads what strangers write. */
class LinearReadingTest {
    /** Classes with other expressions, and why they may have them. */
    private static final Map<String, String> LEFT_OUT = Map.ofEntries(
            Map.entry("ManPage", "our own texts"),
            Map.entry("ChunkedBody", "one class of bounded length"),
            Map.entry("HttpExchange", "three digits"),
            Map.entry("SseReader", "digits of bounded length"),
            Map.entry("OlderPuller", "an address in the operator's settings"));

    @Test
    void noExpressionOfThisModuleBacktracks() throws Exception {
        assertThat(LinearReading.problems(Pullcast.class, LEFT_OUT)).isEmpty();
        assertThat(LinearReading.problems(JobId.class, LEFT_OUT)).isEmpty();
        assertThat(LinearReading.problems(EmbeddedBroker.class, LEFT_OUT)).isEmpty();
    }
}
