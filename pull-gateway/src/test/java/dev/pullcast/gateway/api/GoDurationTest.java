// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoDurationTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0s",
        "1, 1ns",
        "1100, 1.1µs",
        "2200000, 2.2ms",
        "3300000000, 3.3s",
        "3539696838, 3.539696838s",
        "60000000000, 1m0s",
        "245000000000, 4m5s",
        "245001000000, 4m5.001s",
        "18367001000000, 5h6m7.001s",
        "480000000001, 8m0.000000001s",
        "3600000000000, 1h0m0s",
        "-5, 0s"
    })
    void isWrittenAsGoWritesIt(long nanos, String text) {
        assertThat(GoDuration.text(Duration.ofNanos(nanos))).isEqualTo(text);
    }
}
