// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.pullcast.cli.discover.found.Findings;
import dev.pullcast.cli.discover.found.Found;
import dev.pullcast.cli.discover.found.FoundImage;
import dev.pullcast.cli.discover.found.SourceKind;
import java.io.ByteArrayInputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of other people, by kind of what is in them: what they mean, and what they cannot do. */
class WhatStrangersWriteTest {
    private static final String POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: %s\n";
    private static final String JSON =
            "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"containers\":[{\"image\":\"%s\"}]}}";
    private static final String COMPOSE = "services:\n  a:\n    image: nginx:1\n";

    @TempDir
    Path folder;

    private Search search(String archive) {
        return Search.in(folder, archive);
    }

    private List<String> input(String text) {
        return search("").input(text).images("-");
    }

    @Nested
    class ADockerfile {
        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                ${V#v}              | 1.2.3
                ${V#*.}             | 2.3
                ${V##*.}            | 3
                ${V%.*}             | v1.2
                ${V%%.*}            | v1
                ${V/./-}            | v1-2.3
                ${V//./-}           | v1-2-3
                ${V//?./x}          | vxx3
                ${V#x}              | v1.2.3
                ${V##*}x            | x
                ${V%3}              | v1.2.
                ${V/v}              | 1.2.3
                ${S//\\//-}          | a-b-c
                ${S%/*}             | a/b
                ${V#${E}}           | 1.2.3
                ${N-d}              | d
                ${V:+set}           | set
                """)
        void expandsPatterns(String variable, String value) {
            String pattern = variable.startsWith("${V/v}") ? "${V/v/}" : variable;
            assertThat(search("-- Dockerfile --\nARG V=v1.2.3\nARG S=a/b/c\nARG E=v\nFROM x:" + pattern + "\n")
                            .find("Dockerfile")
                            .images())
                    .extracting(FoundImage::image)
                    .containsExactly("x:" + value);
        }

        @ParameterizedTest
        @ValueSource(strings = {"TARGETARCH", "BUILDARCH"})
        void knowsWhatTheBuilderSets(String variable) {
            String here = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
            String file = "-- Dockerfile --\nFROM alpine:1 AS tools-" + here + "\nFROM tools-${" + variable
                    + "}\nFROM x:$TARGETOS-$BUILDOS${TARGETVARIANT}\n";
            assertThat(search(file).images("Dockerfile")).containsExactly("alpine:1", "x:linux-linux");
        }

        @Test
        void isBuiltForThePlatformThatIsAskedFor() {
            Map<String, String> arm = Map.of("TARGETPLATFORM", "linux/arm/v7");
            Found found = search(
                            "-- Dockerfile --\nFROM --platform=$BUILDPLATFORM a:1\nFROM --platform=$TARGETPLATFORM b:$TARGETARCH$TARGETVARIANT\n")
                    .buildArguments(arm)
                    .find("Dockerfile");
            assertThat(found.images()).extracting(FoundImage::image).containsExactly("a:1", "b:armv7");
            assertThat(found.images().getFirst().platform())
                    .startsWith("linux/")
                    .doesNotContain("arm/v7");
            assertThat(found.images().getLast().platform()).isEqualTo("linux/arm/v7");
        }

        @Test
        void cannotMakeItsArgumentsLarge() {
            StringBuilder file = new StringBuilder("-- Dockerfile --\nARG A0=xxxxxxxxxx\n");
            for (int i = 1; i < 60; i++) {
                file.append("ARG A%d=$A%d$A%d\n".formatted(i, i - 1, i - 1));
            }
            assertThat(search(file + "FROM a:1\n").problems("Dockerfile"))
                    .first()
                    .asString()
                    .contains("characters");
        }
    }

    @Nested
    class AComposeFile {
        @Test
        void marksAnImageAsBuiltThatAnyServiceBuilds() {
            String file =
                    "-- compose.yaml --\nservices:\n  a:\n    image: app\n    build: .\n  b:\n    image: app:latest\n  c:\n    image: other:1\n";
            assertThat(search(file).find().images())
                    .extracting(FoundImage::image, FoundImage::built)
                    .contains(
                            org.assertj.core.groups.Tuple.tuple("app", true),
                            org.assertj.core.groups.Tuple.tuple("app:latest", true),
                            org.assertj.core.groups.Tuple.tuple("other:1", false));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "always",
                    "never",
                    "missing",
                    "if_not_present",
                    "build",
                    "daily",
                    "weekly",
                    "refresh",
                    "every_12h"
                })
        void mayHaveAnyPullPolicyOfDockerCompose(String policy) {
            assertThat(search("-- compose.yaml --\n" + COMPOSE + "    pull_policy: " + policy + "\n")
                            .images())
                    .containsExactly("nginx:1");
        }

        @Test
        void ofVersion1SaysWhatItIs() {
            assertThat(search("-- docker-compose.yml --\nweb:\n  image: nginx:1\ndb:\n  build: .\n")
                            .problems())
                    .singleElement()
                    .asString()
                    .contains("docker-compose.yml", "version 1", "services:");
        }

        @Test
        void cannotMakeItsVariablesLarge() {
            StringBuilder env = new StringBuilder("-- .env --\nA0=xxxxxxxxxx\n");
            for (int i = 1; i < 40; i++) {
                env.append("A%d=$A%d$A%d$A%d$A%d\n".formatted(i, i - 1, i - 1, i - 1, i - 1));
            }
            assertThat(search(env + "-- compose.yaml --\n" + COMPOSE).problems())
                    .first()
                    .asString()
                    .contains("characters");
        }

        @Test
        void cannotIncludeItselfWithoutEnd() {
            StringBuilder files = new StringBuilder();
            for (int i = 0; i < 40; i++) {
                files.append(
                        "-- f%d.yaml --\ninclude:\n- path: f%d.yaml\n- path: ./f%d.yaml\n".formatted(i, i + 1, i + 1));
            }
            files.append("-- f40.yaml --\n" + COMPOSE + "-- compose.yaml --\ninclude: [f0.yaml]\n");
            assertTimeout(
                    Duration.ofSeconds(10),
                    () -> assertThat(search(files.toString())
                                    .from(SourceKind.COMPOSE)
                                    .problems())
                            .isNotEmpty());
        }

        @Test
        void withAPathThatIsNoneIsAProblemOfItsOwn() {
            assertThat(search("-- compose.yaml --\ninclude: [\"a\\0b\"]\n-- Dockerfile --\nFROM a:1\n")
                            .find("."))
                    .satisfies(found -> assertThat(found.names()).containsExactly("a:1"))
                    .satisfies(found -> assertThat(found.problems()).hasSize(1));
        }
    }

    @Nested
    class Manifests {
        @ParameterizedTest
        @ValueSource(strings = {"", "\n", "\r\n", "  ", "\n---\n", "\n\n"})
        void ofJsonMayStandOneBehindTheOther(String between) {
            assertThat(input(JSON.formatted("a:1")
                            + between
                            + JSON.formatted("b:{}").replace("b:{}", "b:1")
                            + between
                            + JSON.formatted("c:1")))
                    .containsExactly("a:1", "b:1", "c:1");
        }

        @Test
        void ofJsonMayStandAmongYaml() {
            assertThat(input(POD.formatted("a:1") + "---\n" + JSON.formatted("b:1") + JSON.formatted("c:1") + "\n---\n"
                            + POD.formatted("d:1")))
                    .containsExactly("a:1", "b:1", "c:1", "d:1");
        }

        @Test
        void thatAreWrongDoNotStopTheNext() {
            Found found = search("")
                    .input(POD.formatted("a:1") + "---\nkind: [\n---\n" + POD.formatted("b:1"))
                    .find("-");
            assertThat(found.names()).containsExactly("a:1", "b:1");
            assertThat(found.problems()).hasSize(1);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "Pulled: ghcr.io/x/chart:1.2.3\nDigest: sha256:00\n",
                    "Pulled: ghcr.io/x/chart:1.2.3\nDigest: sha256:00\n---\n",
                    "WARNING: Kubernetes configuration file is group-readable. This is insecure. Location: /root/.kube/config\n",
                    "coalesce.go:175: warning: skipped value for a.b: Not a table.\n---\n",
                    "W0131 10:00:00.000000   12345 warnings.go:70] policy/v1beta1 is deprecated: use v1\n---\n",
                    "NAME: x\nLAST DEPLOYED: Mon Jan  1 00:00:00 2026\nNAMESPACE: default\nSTATUS: pending-install\nREVISION: 1\nHOOKS:\nMANIFEST:\n---\n",
                    "Getting updates for unmanaged Helm repositories...\nHang tight while we grab the latest from your chart repositories...\nUpdate Complete. Happy Helming!\n---\n",
                    "some words of a plugin, that are: none of: YAML\n---\n"
                })
        void mayHaveLinesOfHelmInFront(String prose) {
            Found found = search("")
                    .input(prose + POD.formatted("a:1") + "NOTES:\n1. Get the URL: by: this\n")
                    .find("-");
            assertThat(found.problems()).isEmpty();
            assertThat(found.names()).containsExactly("a:1");
            assertThat(found.notes()).isNotEmpty();
        }

        @Test
        void ofATypedListHaveItsKind() {
            String pods =
                    "apiVersion: v1\nkind: PodList\nitems:\n- spec:\n    containers:\n    - image: a:1\n- kind: Pod\n  apiVersion: v1\n  spec:\n    containers:\n    - image: b:1\n";
            String nested =
                    "apiVersion: v1\nkind: List\nitems:\n- apiVersion: apps/v1\n  kind: DeploymentList\n  items:\n  - spec:\n      template:\n        spec:\n          containers:\n          - image: c:1\n";
            assertThat(input(pods + "---\n" + nested)).containsExactly("a:1", "b:1", "c:1");
        }
    }

    @Nested
    class AnEncoding {
        @ParameterizedTest
        @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
        void isToldByTheMarkOrByTheFirstCharacter(String name) throws Exception {
            Charset charset = Charset.forName(name);
            for (String mark : List.of("", "\uFEFF")) {
                Files.write(folder.resolve("compose.yaml"), (mark + COMPOSE + "# größe\r\n").getBytes(charset));
                Files.write(folder.resolve("Dockerfile"), (mark + "FROM d:1\r\n").getBytes(charset));
                Files.write(folder.resolve("images.txt"), (mark + "l:1\r\n").getBytes(charset));
                Files.write(
                        folder.resolve("t.clnrm.toml"),
                        (mark + "[test.metadata]\r\nname=\"t\"\r\n[service.a]\r\nimage=\"t:1\"\r\n").getBytes(charset));
                Files.write(folder.resolve("pod.json"), (mark + JSON.formatted("j:1")).getBytes(charset));
                assertThat(search("").images(".", "pod.json"))
                        .containsExactlyInAnyOrder("nginx:1", "d:1", "l:1", "t:1", "j:1");
            }
        }
    }

    @Nested
    class OtherFormats {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "[meta]\nname=\"t\"\nversion=\"1.0\"\n[service.a]\nimage=\"a:1\"\n",
                    "[ meta ]\nname=\"t\"\n[services.a]\nimage=\"a:1\"\n",
                    "meta.name=\"t\"\n[service.a]\nimage=\"a:1\"\n",
                    "[test.metadata]\nname=\"t\"\n[service.a]\nimage=\"a:1\"\n"
                })
        void aTestOfClnrmMayHaveMeta(String text) {
            assertThat(search("-- a.toml --\n" + text).images(".")).containsExactly("a:1");
        }

        @ParameterizedTest
        @CsvSource({
            "${V:?x}, v",
            "${V?x}, v",
            "${V:-d}, v",
            "${N:-d}, d",
            "${V:+a}, a",
            "${N:?x}, ''",
            "${N?x}, ''",
            "${E:?x}, ''"
        })
        void aTopologyMayRequireAVariable(String variable, String value) {
            Search search = search(
                            "-- l.clab.yml --\nname: l\ntopology:\n  nodes:\n    a:\n      kind: linux\n      image: \"x:"
                                    + variable + "\"\n")
                    .with("V", "v")
                    .with("E", "");
            Found found = search.find("l.clab.yml");
            assertThat(found.names()).isEqualTo(value.isEmpty() ? List.of() : List.of("x:" + value));
            assertThat(found.problems()).hasSize(value.isEmpty() ? 1 : 0);
        }

        @ParameterizedTest
        @ValueSource(strings = {"user:s3cret@reg.io/x", "https://user:s3cret@reg.io/x:1", "s3cret@reg.io/x@sha256:1"})
        void noLoginInANameIsRepeated(String name) {
            String all = "-- Dockerfile --\nFROM " + name + "\nFROM " + name
                    + " x y z\n-- compose.yaml --\nservices:\n  a:\n    image: " + name + "\n-- images.txt --\n" + name
                    + "\n";
            assertThat(search(all).imagesAllowed().find(".", name).toString())
                    .contains("***@")
                    .doesNotContain("s3cret");
        }
    }

    @Nested
    class AFolder {
        @Test
        void isNotLeftByALink(@TempDir Path other) throws Exception {
            Files.writeString(other.resolve("Dockerfile"), "FROM secret:1\n");
            Search search = search("-- a/Dockerfile --\nFROM a:1\n");
            Files.createSymbolicLink(folder.resolve("out"), other);
            Files.createSymbolicLink(folder.resolve("root"), Path.of("/"));
            Files.createSymbolicLink(folder.resolve("file.dockerfile"), other.resolve("Dockerfile"));
            Files.createSymbolicLink(folder.resolve("nowhere"), Path.of("absent"));
            Files.createSymbolicLink(folder.resolve("itself.yaml"), Path.of("itself.yaml"));
            Files.createSymbolicLink(folder.resolve("a/back"), Path.of(".."));
            Files.createSymbolicLink(folder.resolve("within"), Path.of("a"));
            Found found = search.find(".");
            assertThat(found.names()).containsExactly("a:1");
            assertThat(found.problems()).isEmpty();
            assertThat(found.notes()).hasSize(4);
        }

        @Test
        void withTooManyFilesIsReadInPartAndSaysSo() {
            StringBuilder files = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                files.append("-- d%d/Dockerfile --\nFROM a:%d\n".formatted(i, i));
            }
            search(files.toString());
            Findings findings = new Findings();
            assertThat(FolderScan.of(folder, ".", 60, findings)).hasSizeLessThan(60);
            assertThat(findings.found().problems()).singleElement().asString().contains("more than 60");
        }
    }

    /** Whatever is damaged is a problem, or something else than it was, and never an exception. */
    @ParameterizedTest
    @EnumSource(names = "ARGUMENT", mode = EnumSource.Mode.EXCLUDE)
    void aDamagedSourceIsNoBug(SourceKind kind) {
        List<String> seeds = List.of(
                COMPOSE + "  b:\n    extends: {service: a}\n    image: ${X:-y}\ninclude: [x.yaml]\n",
                POD.formatted("a:1") + "---\n" + JSON.formatted("b:1"),
                "ARG V=v1\nFROM a:${V#v} AS x\nCOPY --from=\"x\" a b\nRUN <<EOF\nx\nEOF\n",
                "[meta]\nname=\"t\"\n[service.a]\nimage=\"a:1\"\n",
                "name: l\ntopology:\n  nodes:\n    a: &a {kind: linux, image: \"x:${V:?x}\"}\n    b: *a\n",
                "a:1\n# x\nb@sha256:00\n");
        String pieces = "${}[]()<>!#%/\\\"'@:-?&*|~=+,. \n\r\t\0aA1\uFEFF\ud800\u009b";
        Random random = new Random(kind.word().hashCode());
        assertTimeout(Duration.ofSeconds(30), () -> {
            for (int i = 0; i < 600; i++) {
                StringBuilder text = new StringBuilder(seeds.get(random.nextInt(seeds.size())));
                for (int edits = 1 + random.nextInt(6); edits > 0; edits--) {
                    int at = random.nextInt(text.length());
                    switch (random.nextInt(3)) {
                        case 0 -> text.setCharAt(at, pieces.charAt(random.nextInt(pieces.length())));
                        case 1 -> text.insert(at, pieces.charAt(random.nextInt(pieces.length())));
                        default -> text.delete(at, Math.min(text.length() - 1, at + random.nextInt(5)));
                    }
                }
                Discovery.find(
                        new Discovery.Request(
                                List.of("-"),
                                kind,
                                dev.pullcast.cli.discover.found.ComposeOptions.NONE,
                                Map.of(),
                                false),
                        new Surroundings(
                                folder,
                                Map.of("V", "v"),
                                new ByteArrayInputStream(text.toString().getBytes(UTF_8))));
            }
        });
    }
}
