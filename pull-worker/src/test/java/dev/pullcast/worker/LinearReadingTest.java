// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.testkit.LinearReading;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** No regular expression that can backtrack reads what strangers write. */
class LinearReadingTest {
    /** Classes with other expressions, and why they may have them. */
    private static final Map<String, String> LEFT_OUT = Map.ofEntries(
            Map.entry("DaemonProcess", "the settings of this machine's daemon, a bounded number"),
            Map.entry("TaskConsumer", "the worker's own id, one class"),
            Map.entry("ManifestReader", "a bounded number"));

    @Test
    void noExpressionOfThisModuleBacktracks() throws Exception {
        assertThat(LinearReading.problems(WorkerConfig.class, LEFT_OUT)).isEmpty();
    }
}
