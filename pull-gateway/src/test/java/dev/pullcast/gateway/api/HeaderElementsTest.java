// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderElementsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            application/json                                | true
            APPLICATION/JSON ; q=1                          | true
            text/html, application/json;q=0.1               | true
            application/*                                   | true
            */*                                             | true
            text/html                                       | false
            application/json;q=0                            | false
            application/json; q=0.000                       | false
            application/json;q=0.                           | false
            application/json;q=0.001                        | true
            application/json;q=0;q=1                        | false
            application/json;charset=utf-8;q=0              | false
            application/json;q=0, */*                       | false
            application/*;q=0, */*;q=1                      | false
            text/*;q=0, */*;q=0.1                           | true
            application/json;v=",;q=0"                      | true
            application/json;v="\\",;q=0"                   | true
            application/json;v="never closed, */*           | true
            ,,;,                                            | false
            application/jsonx                               | false
            application/json;q=00                           | true
            """)
    void theMostSpecificRangeDecides(String accept, boolean allowed) {
        assertThat(HeaderElements.allowsType(accept, "application/json")).isEqualTo(allowed);
    }

    @Test
    void anElementHasItsParameters() {
        assertThat(HeaderElements.of(" wait=5 ; x=\"a,b;c\" , respond-async,, foo "))
                .containsExactly(List.of("wait=5", "x=\"a,b;c\""), List.of("respond-async"), List.of("foo"));
    }

    /** What took a third of a second for 16 KiB, and the square of that for more, takes no time for a hundred times it. */
    @ParameterizedTest
    @ValueSource(strings = {";q=0", ";q=0.0", ",", ";", "\"", "\\", " ", "*/*;q=0,", "q=0;\""})
    void anyRepeatedTextIsReadAtOnce(String pump) {
        String header = pump.repeat(2_000_000 / pump.length()) + '\u0085';
        assertTimeout(Duration.ofSeconds(5), () -> HeaderElements.allowsType(header, "application/json"));
    }
}
