// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.pullcast.cli.discover.found.SourceException;
import dev.pullcast.cli.discover.yaml.YamlNode.Mapping;
import dev.pullcast.cli.discover.yaml.YamlNode.Scalar;
import dev.pullcast.cli.discover.yaml.YamlNode.Sequence;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class YamlReaderTest {
    private static Mapping mapping(@Nullable YamlNode node) {
        return (Mapping) Objects.requireNonNull(node);
    }

    @Test
    void everyNodeKnowsWhereItStands() throws Exception {
        Mapping root = mapping(YamlReader.single("x.yaml", "a:\n  - b: text\n  - 7\n"));
        Sequence list = (Sequence) Objects.requireNonNull(root.get("a"));
        assertThat(list.at()).hasToString("x.yaml:2:3");
        assertThat(Objects.requireNonNull(mapping(list.items().getFirst()).get("b"))
                        .at())
                .hasToString("x.yaml:2:8");
        assertThat(list.items().get(1).at()).hasToString("x.yaml:3:5");
        assertThat(list.items().get(1).what()).isEqualTo("the number 7");
    }

    @Test
    void emptyDocumentsAreLeftOut() throws Exception {
        YamlReader reader = new YamlReader("x", "---\n# nothing\n---\na: 1\n---\n---\nb: 2\n...\n");
        assertThat(mapping(reader.next()).entries()).containsOnlyKeys("a");
        assertThat(mapping(reader.next()).entries()).containsOnlyKeys("b");
        assertThat(reader.next()).isNull();
    }

    @Test
    void tagsOfOnesOwnAreKeptAndStandardOnesGiveTheType() throws Exception {
        Mapping root = mapping(YamlReader.single("x", "a: !reset null\nb: !!str 1.5\nc: !override [x]\n"));
        assertThat(root.entries().get("a")).extracting(YamlNode::tag).isEqualTo("!reset");
        assertThat(root.text("b")).extracting(Scalar::text).isEqualTo("1.5");
        assertThat(root.get("c")).extracting(YamlNode::tag).isEqualTo("!override");
    }

    @Test
    void aliasesAndMergeKeysAreResolved() throws Exception {
        Mapping root = mapping(YamlReader.single("x", """
                base: &base {image: base, restart: always}
                more: &more {image: more, tty: true}
                a: {<<: *base, image: own}
                b: {<<: [*base, *more]}
                c: *more
                """));
        assertThat(mapping(root.get("a")).peek("image")).isEqualTo("own");
        assertThat(mapping(root.get("a")).peek("restart")).isEqualTo("always");
        assertThat(mapping(root.get("b")).peek("image")).isEqualTo("base");
        assertThat(mapping(root.get("b")).peek("tty")).isEqualTo("true");
        assertThat(mapping(root.get("c")).peek("image")).isEqualTo("more");
    }

    @Test
    void nullIsNothing() throws Exception {
        Mapping root = mapping(YamlReader.single("x", "a:\nb: ~\nc: null\nd: 'null'\n"));
        assertThat(root.get("a")).isNull();
        assertThat(root.get("b")).isNull();
        assertThat(root.get("c")).isNull();
        assertThat(root.get("d")).isInstanceOf(Scalar.class);
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                arguments("a: [1, 2\nb: 3", "not valid YAML"),
                arguments("a: 1\n\tb: 2", "not valid YAML"),
                arguments("a: 'open", "not valid YAML"),
                arguments("a: 1\na: 2", "x:2:1: the key 'a' stands here a second time"),
                arguments("a: *b", "x:1:4: there is no anchor &b before this alias"),
                arguments("a: &a [*a]", "x:1:8: *a contains itself"),
                arguments("? [a]\n: b", "x:1:3: a key must be a text, but is a list"),
                arguments("a: {<<: 1}", "<< takes a mapping"),
                arguments("a: {<<: [1]}", "<< takes mappings"),
                arguments("a: 1\n---\nb: 2", "x:3:1: a second document begins here"),
                arguments("", "x: the file is empty"),
                arguments("[".repeat(200), "nested more than 100 deep"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void aMistakeIsReportedWithItsPlace(String text, String message) {
        assertThatThrownBy(() -> YamlReader.single("x", text))
                .isInstanceOf(SourceException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aliasesThatMultiplyAreRefusedInNoTime() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (int i = 1; i < 12; i++) {
            bomb.append("a").append(i).append(": &a").append(i).append(" [");
            bomb.append(("*a" + (i - 1) + ", ").repeat(10)).append("]\n");
        }
        assertThatThrownBy(() -> YamlReader.single("x", bomb.toString()))
                .hasMessageContaining("more than 1000000 nodes with its aliases expanded");
    }

    @Test
    void mergeKeysThatMultiplyAreRefused() {
        StringBuilder bomb = new StringBuilder("a0: &a0 {k0: {a: 1, b: 2, c: 3, d: 4}}\n");
        for (int i = 1; i < 25; i++) {
            bomb.append("a%d: &a%d {x: *a%d, y: *a%d, <<: *a%d}\n".formatted(i, i, i - 1, i - 1, i - 1));
        }
        assertThatThrownBy(() -> YamlReader.single("x", bomb.toString())).hasMessageContaining("more than 1000000");
    }

    @Test
    void aHugeTextIsRefused() {
        String text = "a: " + "x".repeat(YamlReader.LARGEST_TEXT);
        assertThatThrownBy(() -> YamlReader.single("x", text))
                .hasMessageContaining("longer than 16 million characters");
    }

    @Test
    void aLongScalarIsReadInTimeThatGrowsWithItsLength() throws Exception {
        String scalar = "x".repeat(4 * 1024 * 1024);
        long start = System.nanoTime();
        assertThat(mapping(YamlReader.single("x", "a: " + scalar)).text("a"))
                .extracting(Scalar::text)
                .isEqualTo(scalar);
        // With the small buffer that the library has by itself it takes minutes for a text four times as long.
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }
}
