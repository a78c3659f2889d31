// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.pullcast.cli.discover.found.Findings;
import dev.pullcast.cli.discover.found.Found;
import dev.pullcast.cli.discover.found.FoundImage;
import dev.pullcast.cli.discover.found.Problem;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DockerfileSourceTest {
    static Stream<Arguments> files() {
        return Stream.of(
                arguments("one stage", "FROM alpine:3.20\nRUN true", List.of("alpine:3.20")),
                arguments("lower case", "from alpine as base\nfrom base", List.of("alpine")),
                arguments("scratch is no image", "FROM scratch\nCOPY a /", List.of()),
                arguments(
                        "a stage is no image",
                        "FROM golang:1 AS Build\nFROM build\nFROM alpine",
                        List.of("golang:1", "alpine")),
                arguments("a later stage's name is an image before it", "FROM x\nFROM y AS x", List.of("x", "y")),
                arguments(
                        "a stage that is called as its image", "FROM alpine AS alpine\nFROM alpine", List.of("alpine")),
                arguments(
                        "copies from a stage, a number and an image",
                        """
                        FROM golang:1 AS build
                        FROM alpine
                        COPY --from=build /a /a
                        COPY --from=0 /b /b
                        COPY --chown=1:1 --from=nginx:1.27 /c /c
                        COPY --link --from="busybox" /d /d
                        """,
                        List.of("golang:1", "alpine", "nginx:1.27", "busybox")),
                arguments(
                        "mounts",
                        "FROM alpine\nRUN --mount=type=cache,target=/c --mount=type=bind,from=maven:3,target=/m --network=none x",
                        List.of("alpine", "maven:3")),
                arguments(
                        "not every --from is a copy's",
                        "FROM alpine\nRUN tool --from=nothing\nADD --from=x y z",
                        List.of("alpine")),
                arguments("arguments", "ARG TAG=3.20\nARG IMAGE=alpine:${TAG}\nFROM $IMAGE", List.of("alpine:3.20")),
                arguments(
                        "an argument that is given", "ARG GIVEN=standard\nFROM alpine:$GIVEN", List.of("alpine:given")),
                arguments(
                        "an argument without standard that is given",
                        "ARG GIVEN\nFROM alpine:${GIVEN}",
                        List.of("alpine:given")),
                arguments(
                        "several arguments at once",
                        "ARG A=1 B=\"2\" C='3'\nFROM a:$A\nFROM b:$B\nFROM c:$C",
                        List.of("a:1", "b:2", "c:3")),
                arguments("defaults", "FROM alpine:${TAG:-3.19}\nFROM x:${TAG-1}", List.of("alpine:3.19", "x:1")),
                arguments("replacements", "ARG D=1\nFROM alpine${D:+:debug}${N:+:no}", List.of("alpine:debug")),
                arguments(
                        "an argument within a stage does not count",
                        "FROM a\nARG TAG=1\nFROM b:${TAG:-none}",
                        List.of("a", "b:none")),
                arguments("quotes", "ARG A=\"alpine\"\nFROM \"$A\"", List.of("alpine")),
                arguments(
                        "comments and continued lines",
                        "# first\nFROM \\\n  # between\n\n  alpine \\\n  AS x\nCOPY \\\n --from=nginx \\\n a b",
                        List.of("alpine", "nginx")),
                arguments(
                        "another escape",
                        "# escape=`\nFROM alpine `\n  AS x\nRUN dir C:\\\nFROM nginx",
                        List.of("alpine", "nginx")),
                arguments(
                        "a directive after a comment is none",
                        "# hello\n# escape=`\nFROM alpine \\\n AS x",
                        List.of("alpine")),
                arguments("syntax is the builder's", "# syntax=docker/dockerfile:1\nFROM alpine", List.of("alpine")),
                arguments(
                        "here documents",
                        "FROM alpine\nRUN <<EOF\nFROM not-this\nEOF\nCOPY <<-'A' <<\"B\" /x\nFROM nor-this\n\tA\nFROM nor\nB\nFROM last",
                        List.of("alpine", "last")),
                arguments("Windows line ends", "FROM alpine\r\nFROM nginx\r\n", List.of("alpine", "nginx")),
                arguments(
                        "a digest",
                        "FROM alpine@sha256:" + "0".repeat(64) + " AS x",
                        List.of("alpine@sha256:" + "0".repeat(64))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void aFileNamesTheseImages(String name, String text, List<String> images) {
        Found found = read(text);
        assertThat(found.problems()).isEmpty();
        assertThat(found.names()).containsExactlyElementsOf(images);
    }

    @Test
    void thePlatformIsTakenOverUnlessItIsTheBuilders() {
        Found found = read("""
                ARG P=linux/arm64
                FROM --platform=linux/amd64 a
                FROM --platform=$P b
                FROM --platform=$BUILDPLATFORM c
                FROM --platform=${TARGETPLATFORM} d
                """);
        assertThat(found.images())
                .extracting(FoundImage::platform)
                .containsExactly("linux/amd64", "linux/arm64", null, null);
        assertThat(found.images().get(1).places().getFirst().at()).hasToString("Dockerfile:3:1");
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                arguments("RUN x", "Dockerfile: no FROM instruction: is this a Dockerfile?"),
                arguments("ARG X\nFROM $X", "Dockerfile:2:1: FROM $X names nothing: an ARG has no value"),
                arguments("FROM a b", "Dockerfile:1:1: FROM takes IMAGE or IMAGE AS STAGE, but not a b"),
                arguments("FROM a AS b c", "FROM takes IMAGE or IMAGE AS STAGE"),
                arguments("FROM a:${X:?tellme}", "X: tellme"),
                arguments("FROM a:${X", "needs a name and a '}'"),
                arguments(
                        "FROM a\nCOPY --from=$X a b", "Dockerfile:2:1: COPY from=$X: a variable is not allowed here"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void aMistakeIsReportedWithItsPlace(String text, String message) {
        assertThat(read(text).problems())
                .extracting(Problem::toString)
                .singleElement()
                .asString()
                .contains(message);
    }

    @Test
    void aMistakeDoesNotStopTheRest() {
        Found found = read("FROM a b\nFROM alpine");
        assertThat(found.problems()).hasSize(1);
        assertThat(found.names()).containsExactly("alpine");
    }

    private static Found read(String text) {
        Findings findings = new Findings();
        DockerfileSource.read("Dockerfile", text, true, Map.of("GIVEN", "given"), findings);
        return findings.found();
    }
}
