// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every form of the Compose Specification's page on interpolation, and what shells do at the edges. */
class InterpolationTest {
    private static final Map<String, String> VARIABLES =
            Map.of("SET", "value", "EMPTY", "", "FOO", "foo", "_under", "score", "A1", "digit", "DOLLAR", "$FOO");

    private final List<String> unset = new ArrayList<>();

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            emptyValue = "",
            value = {
                "$SET => value",
                "${SET} => value",
                "a$SET.b => avalue.b",
                "a${SET}b => avalueb",
                "$SET$FOO => valuefoo",
                "${SET}${FOO} => valuefoo",
                "$_under => score",
                "$A1 => digit",
                // unset or empty
                "${SET:-default} => value",
                "${EMPTY:-default} => default",
                "${UNSET:-default} => default",
                "${SET-default} => value",
                "${EMPTY-default} => ``",
                "${UNSET-default} => default",
                "${UNSET:-} => ``",
                // required
                "${SET:?err} => value",
                "${SET?err} => value",
                "${EMPTY?err} => ``",
                // replaced
                "${SET:+replaced} => replaced",
                "${EMPTY:+replaced} => ``",
                "${UNSET:+replaced} => ``",
                "${SET+replaced} => replaced",
                "${EMPTY+replaced} => replaced",
                "${UNSET+replaced} => ``",
                // nested
                "${UNSET:-${FOO}} => foo",
                "${SET:-${FOO}} => value",
                "${UNSET:-${ALSO:-default}} => default",
                "${UNSET:-${FOO:-default}} => foo",
                "${UNSET:-$FOO} => foo",
                "${UNSET:-a${FOO}b${SET}c} => afoobvaluec",
                "${SET:+${FOO}} => foo",
                "${UNSET:-${SET?$FOO}} => value",
                // words that look like more
                "${UNSET:-a:-b} => a:-b",
                "${UNSET:-a-b} => a-b",
                "${UNSET-a:?b} => a:?b",
                "${UNSET:-repo/app:1.2@sha256:00} => repo/app:1.2@sha256:00",
                "${UNSET:-{\"a\":1}} => {\"a\":1}",
                "${UNSET:-a} ${SET:-b}} => a value}",
                // escapes
                "$$ => $",
                "$$SET => $SET",
                "$${SET} => ${SET}",
                "$$$SET => $value",
                "$$$$ => $$",
                "${UNSET:-$$FOO} => $FOO",
                // no variable at all
                "$ => $",
                "a$ => a$",
                "$1 => $1",
                "$.x => $.x",
                "a $ b => a $ b",
                "plain => plain",
                // a value is not looked into again
                "$DOLLAR => $FOO",
                "${DOLLAR} => $FOO",
            })
    void formsAreReplaced(String template, String expected) throws Exception {
        assertThat(replace(template)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "${}",
                "${",
                "${SET",
                "${1A}",
                "${ SET}",
                "${SET }",
                "${SET/foo/bar}",
                "${SET:}",
                "${SET!x}",
                "${-x}"
            })
    void whatIsNotWrittenRightIsRefused(String template) {
        assertThatThrownBy(() -> replace(template))
                .isInstanceOf(Interpolation.InvalidTemplate.class)
                .hasMessageContaining(template)
                .hasMessageContaining("$$");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiterString = "=>",
            value = {
                "${UNSET:?err} => UNSET is required, but has no value: err",
                "${EMPTY:?err} => EMPTY is required, but has no value: err",
                "${UNSET?err} => UNSET is required, but has no value: err",
                "${UNSET?$FOO} => UNSET is required, but has no value: foo",
                "${UNSET:?} => UNSET is required, but has no value",
                "${UNSET:-${ALSO?missing}} => ALSO is required, but has no value: missing",
            })
    void whatIsRequiredIsAskedFor(String template, String message) {
        assertThatThrownBy(() -> replace(template)).hasMessageContaining(message);
    }

    @Test
    void variablesWithoutValueAndDefaultAreTold() throws Exception {
        assertThat(replace("$NONE-${NOTHING}-${GIVEN:-x}-${SET}")).isEqualTo("--x-value");
        assertThat(unset).containsExactly("NONE", "NOTHING");
    }

    @Test
    void depthIsBounded() {
        String deep = "${UNSET:-".repeat(60) + "x" + "}".repeat(60);
        assertThatThrownBy(() -> replace(deep)).hasMessageContaining("nested more than 50 deep");
    }

    private String replace(String template) throws Interpolation.InvalidTemplate {
        return new Interpolation(VARIABLES, unset::add).replace(template);
    }
}
