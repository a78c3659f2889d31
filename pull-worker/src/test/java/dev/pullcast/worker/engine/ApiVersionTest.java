// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiVersionTest {
    @ParameterizedTest
    @CsvSource({"1.41, 1.41", "1.24, 1.24", "1.51, 1.51", "1.99, 1.51", "2.0, 1.51", "1.9, 1.9", "'', 1.24", "abc, 1.24"
    })
    void theLowerOfBothIsUsed(String engines, String used) {
        assertThat(ApiVersion.negotiate(engines)).hasToString(used);
    }
}
