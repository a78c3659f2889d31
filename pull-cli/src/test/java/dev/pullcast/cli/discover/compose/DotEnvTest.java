// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.pullcast.cli.discover.found.SourceException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The syntax of {@code .env} files, as Docker's page on it and compose-go have it. */
class DotEnvTest {
    private static final Map<String, String> ENVIRONMENT = Map.of("OUTER", "outer", "BOTH", "environment");

    static Stream<Arguments> values() {
        return Stream.of(
                // Docker's own examples
                arguments("VAR=VAL", "VAL"),
                arguments("VAR=\"VAL\"", "VAL"),
                arguments("VAR='VAL'", "VAL"),
                arguments("VAR=VAL # comment", "VAL"),
                arguments("VAR=VAL# not a comment", "VAL# not a comment"),
                arguments("VAR=\"VAL # not a comment\"", "VAL # not a comment"),
                arguments("VAR=\"VAL\" # comment", "VAL"),
                arguments("OTHER=1\nVAR=$OTHER", "1"),
                arguments("OTHER=1\nVAR=${OTHER}", "1"),
                arguments("OTHER=1\nVAR='$OTHER'", "$OTHER"),
                arguments("OTHER=1\nVAR='${OTHER}'", "${OTHER}"),
                arguments("VAR='Let\\'s go!'", "Let's go!"),
                arguments("VAR=\"{\\\"hello\\\": \\\"json\\\"}\"", "{\"hello\": \"json\"}"),
                arguments("VAR=\"some\\tvalue\"", "some\tvalue"),
                arguments("VAR='some\\tvalue'", "some\\tvalue"),
                arguments("VAR=some\\tvalue", "some\\tvalue"),
                arguments("VAR='a\nb'", "a\nb"),
                arguments("VAR=\"a\nb\"\nX=1", "a\nb"),
                // names and separators
                arguments("export VAR=x", "x"),
                arguments("export\tVAR=x", "x"),
                arguments("  VAR = x ", "x"),
                arguments("VAR: x", "x"),
                arguments("VAR=a=b", "a=b"),
                arguments("VAR=a:b", "a:b"),
                arguments("\uFEFFVAR=x", "x"),
                arguments("VAR=x\r\nB=y\r\n", "x"),
                arguments("# VAR=no\n\n   # nor this\nVAR=yes", "yes"),
                arguments("VAR=", ""),
                arguments("VAR=\nNEXT=1", ""),
                arguments("VAR=1\nVAR=2", "2"),
                // expansion
                arguments("VAR=${MISSING:-default}", "default"),
                arguments("VAR=${OUTER}", "outer"),
                arguments("BOTH=file\nVAR=$BOTH", "environment"),
                arguments("VAR=$MISSING", ""),
                arguments("VAR=$$OUTER", "$OUTER"),
                arguments("VAR=\"\\$OUTER\"", "$OUTER"),
                arguments("VAR=\"a\\nb\"", "a\nb"),
                arguments("VAR=\"\\0123\"", "S"),
                arguments("VAR=\"\\q\"", "\\q"),
                arguments("VAR=\"back\\\\slash\"", "back\\slash"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("values")
    void aValueIsRead(String text, String expected) throws Exception {
        assertThat(read(text)).containsEntry("VAR", expected);
    }

    @Test
    void aNameAloneTakesNothingFromTheFile() throws Exception {
        assertThat(read("OUTER\nVAR=1")).containsOnly(Map.entry("VAR", "1"));
    }

    @Test
    void aLaterFileKnowsTheEarlierOnes() throws Exception {
        Map<String, String> values = new LinkedHashMap<>();
        DotEnv.read("a.env", "TAG=1\nKEEP=a", values, ENVIRONMENT);
        DotEnv.read("b.env", "TAG=2\nFULL=app:$TAG-$KEEP", values, ENVIRONMENT);
        assertThat(values).containsEntry("FULL", "app:2-a").containsEntry("TAG", "2");
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                arguments("A=1\nVAR=\"open\nB=2", "x.env:2:5: the quote \" is not closed"),
                arguments("A=1\nVAR B=2", "x.env:2:1: the name 'VAR B' has a space in it"),
                arguments("A=1\n\nV%R=2", "x.env:3:2: '%' cannot be part of a name"),
                arguments("VAR=\"a\" b=1\nC$=", "cannot be part of a name"),
                arguments("VAR=${X:?needed}", "x.env:1:5: the variable X is required, but has no value: needed"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void aMistakeIsReportedWithItsPlace(String text, String message) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(SourceException.class).hasMessageContaining(message);
    }

    private static Map<String, String> read(String text) throws SourceException {
        Map<String, String> values = new LinkedHashMap<>();
        DotEnv.read("x.env", text, values, ENVIRONMENT);
        return values;
    }
}
