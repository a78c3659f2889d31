// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.pullcast.cli.discover.found.ComposeOptions;
import dev.pullcast.cli.discover.found.Found;
import dev.pullcast.cli.discover.found.SourceKind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bytes that a fuzzer finds, read as each kind of file: whatever they are, it is images or problems, and never an
 * exception. Tests run the seeds; {@code scripts/fuzz} goes on from there, guided by what code each input reaches.
 */
class ReadersFuzzTest {
    static final int LONGEST = 3000;
    private static final Map<String, String> ENVIRONMENT = Map.of("V", "v1.2", "E", "");

    @TempDir
    static Path folder;

    static Stream<Arguments> seeds() {
        return Stream.of(
                        "services:\n  a: &a\n    image: ${X:-x:$V}\n    build: .\n  b:\n    <<: *a\n    extends: {service: a}\n",
                        "include: [a.yaml]\nservices: {a: {image: !reset x, volumes: [a:b:c]}}\n---\nname: x\n",
                        "A=1\nexport B='x'\nC=\"\\n$A\\0101\"\nD: ${B:?x} # y\n",
                        "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: a}]}\n---\n{\"kind\":\"PodList\",\"items\":[{}]}{}",
                        "Pulled: x\nDigest: y\n---\nkind: List\nitems: [{kind: Pod}]\nNOTES:\nx: y: z\n",
                        "name: x\ntopology:\n  kinds: {l: {image: \"${V:?x}\"}}\n  nodes: {a: {kind: l}, b: {image: $V}}\n",
                        "[meta]\nname = 't'\n[service.a]\nimage = \"a:1\"\n[services]\nb = {image = 'b'}\n",
                        "# escape=`\nARG V=1\nFROM --platform=$BUILDPLATFORM a:${V%%.*} AS b\nCOPY --from=\"c\" x y\nRUN <<-'E'\n\tE\n",
                        "a:1\n# b\nuser:pw@c/d@sha256:00 # e\n",
                        "*.yaml\n!/a/**/[!a-z[:alpha:]]?\\ \n**/b/\n")
                .map(text -> Arguments.of((Object) text.getBytes(UTF_8)));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void anyComposeFileIsRead(byte @NotNull @WithLength(max = LONGEST) [] bytes) {
        read(SourceKind.COMPOSE, bytes);
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void anyEnvFileIsRead(byte @NotNull @WithLength(max = LONGEST) [] bytes) throws IOException {
        Files.write(folder.resolve(".env"), bytes);
        read(SourceKind.COMPOSE, "services: {a: {image: \"${A}${B}${C}\"}}".getBytes(UTF_8));
        Files.delete(folder.resolve(".env"));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void anyManifestIsRead(byte @NotNull @WithLength(max = LONGEST) [] bytes) {
        read(SourceKind.KUBERNETES, bytes);
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void anyTopologyIsRead(byte @NotNull @WithLength(max = LONGEST) [] bytes) {
        read(SourceKind.CONTAINERLAB, bytes);
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void anyTestOfClnrmIsRead(byte @NotNull @WithLength(max = LONGEST) [] bytes) {
        read(SourceKind.CLNRM, bytes);
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void anyDockerfileIsRead(byte @NotNull @WithLength(max = LONGEST) [] bytes) {
        read(SourceKind.DOCKERFILE, bytes);
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void anyListIsRead(byte @NotNull @WithLength(max = LONGEST) [] bytes) {
        read(SourceKind.LIST, bytes);
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void anythingIsToldApart(byte @NotNull @WithLength(max = LONGEST) [] bytes) {
        Found found = find(null, bytes);
        assertThat(found.images().size()
                        + found.problems().size()
                        + found.notes().size())
                .isNotNegative();
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void anyIgnoreRulesAreRead(byte @NotNull @WithLength(max = LONGEST) [] bytes) throws IOException {
        Files.write(folder.resolve(".gitignore"), bytes);
        IgnoreRules rules = IgnoreRules.above(folder).in(folder);
        for (String path : List.of("a", "a/b.yaml", "ö/ü/x y", "a/b/c/d/e/f")) {
            rules.leavesOut(folder.resolve(path), path.length() > 5);
        }
        Files.delete(folder.resolve(".gitignore"));
    }

    private static void read(SourceKind kind, byte[] bytes) {
        assertThat(find(kind, bytes).images())
                .allSatisfy(image -> assertThat(image.places()).isNotEmpty());
    }

    private static Found find(@Nullable SourceKind kind, byte[] bytes) {
        return Discovery.find(
                new Discovery.Request(List.of("-"), kind, ComposeOptions.NONE, Map.of(), false),
                new Surroundings(folder, ENVIRONMENT, new ByteArrayInputStream(bytes)));
    }
}
