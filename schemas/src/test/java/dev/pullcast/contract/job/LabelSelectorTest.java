// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabelSelectorTest {
    private static final Map<String, String> LABELS = Map.of("zone", "a", "tier", "edge", "example.com/gpu", "");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            zone=a                              | true
            zone==a                             | true
            zone = b                            | false
            zone!=b                             | true
            zone!=a                             | false
            missing!=a                          | true
            zone in (a,b)                       | true
            zone in ( b , c )                   | false
            missing in (a)                      | false
            zone notin (b)                      | true
            missing notin (b)                   | true
            zone notin (a,b)                    | false
            zone                                | true
            missing                             | false
            !missing                            | true
            !zone                               | false
            example.com/gpu=                    | true
            zone=a,tier in (edge, core),!drain  | true
            zone=a , tier=core                  | false
            in                                  | false
            in in (in)                          | false
            zone in ()                          | false
            zone notin()                        | true
            zone in(a)                          | true
            tier in (,edge)                     | true
            ! missing                           | true
            '	zone	=	a	,	tier	in	(edge)	' | true
            """)
    void meansWhatItMeansInKubernetes(String selector, boolean expected) {
        assertThat(LabelSelector.parse(selector).matches(LABELS)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ",",
                "zone=a,",
                "zone=a,,tier=b",
                "zone in a",
                "zone in (a",
                "=a",
                "zone>1",
                "zone=a b",
                "zone=-a",
                "zone=a-",
                "zone in (a b)",
                "zone in (a,(b)",
                "zone in(a)x",
                "in (a)",
                "!",
                "!!zone",
                "zone!",
                "zone notin",
                "zone=a=b",
                "zone in (a),,",
                "-zone",
                "zo/",
                "zone in (a/b)",
                "a b"
            })
    void saysWhatCannotBeRead(String selector) {
        assertThatThrownBy(() -> LabelSelector.parse(selector)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"0,10,0", "3,10,3", "3,2,3", "25%,10,3", "25%,4,1", "1%,10000,100", "1%,3,1", "0%,3,0", "100%,7,7"})
    void asManyAtOnceAsSaid(String atOnce, int workers, int expected) {
        WorkersAtOnce parsed =
                atOnce.endsWith("%") ? WorkersAtOnce.parse(atOnce) : WorkersAtOnce.of(Integer.parseInt(atOnce));

        assertThat(parsed.among(workers)).isEqualTo(expected);
    }
}
