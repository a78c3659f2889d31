// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.cli.discover.found.ComposeOptions;
import dev.pullcast.cli.discover.found.Found;
import dev.pullcast.cli.discover.found.Place;
import dev.pullcast.cli.discover.found.Problem;
import dev.pullcast.cli.discover.found.SourceKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Operands, folders, and telling kinds apart. */
class DiscoveryTest {
    @TempDir
    private Path folder;

    @Nested
    class AFolder {
        @Test
        void hasAllKindsOfSourcesInAStableOrder() {
            Search search = Search.in(folder, """
                    -- Dockerfile --
                    FROM dockerfile
                    -- Dockerfile.dev --
                    FROM dockerfile-dev
                    -- api.Dockerfile --
                    FROM api-dockerfile
                    -- Containerfile --
                    FROM containerfile
                    -- Dockerfile.dockerignore --
                    FROM not-this
                    -- Dockerfile.txt --
                    about Dockerfiles
                    -- compose.yaml --
                    services: {a: {image: compose}}
                    -- lab/x.clab.yml --
                    topology: {nodes: {a: {kind: srl, image: clab}}}
                    -- lab/other.yaml --
                    name: lab
                    topology: {nodes: {a: {kind: srl, image: clab-by-content}}}
                    -- k8s/pod.yml --
                    apiVersion: v1
                    kind: Pod
                    spec: {containers: [{image: kubernetes}]}
                    -- stack.yml --
                    services: {a: {image: compose-by-content}}
                    -- tests/a.clnrm.toml --
                    [test.metadata]
                    [service.a]
                    image = "clnrm"
                    -- tests/b.toml --
                    [test.metadata]
                    [service.a]
                    image = "clnrm-by-content"
                    -- images.txt --
                    list
                    -- values.yaml --
                    image: not-this
                    -- Cargo.toml --
                    [package]
                    -- notes.txt --
                    not-this
                    -- broken.yaml --
                    a: [
                    """);
            assertThat(search.images())
                    .containsExactly(
                            "compose",
                            "containerfile",
                            "dockerfile",
                            "dockerfile-dev",
                            "api-dockerfile",
                            "list",
                            "compose-by-content",
                            "kubernetes",
                            "clab-by-content",
                            "clab",
                            "clnrm",
                            "clnrm-by-content");
            assertThat(search.find(".").names()).isEqualTo(search.find().names());
            assertThat(search.from(SourceKind.DOCKERFILE).images("."))
                    .containsExactly("containerfile", "dockerfile", "dockerfile-dev", "api-dockerfile");
            assertThat(search.from(SourceKind.CLNRM).images("tests")).containsExactly("clnrm", "clnrm-by-content");
        }

        @Test
        void hidesWhatIsHiddenOrIgnored() throws IOException {
            Search search = Search.in(folder, """
                    -- .gitignore --
                    # what is built
                    /build/
                    *.tmp.yaml
                    gen/**
                    !gen/kept
                    skipped.yaml
                    -- .hidden/Dockerfile --
                    FROM not-this
                    -- .hidden.yaml --
                    apiVersion: v1
                    kind: Pod
                    -- node_modules/x/Dockerfile --
                    FROM not-this
                    -- build/Dockerfile --
                    FROM not-this
                    -- src/build/Dockerfile --
                    FROM src-build
                    -- a.tmp.yaml --
                    services: {a: {image: not-this}}
                    -- deep/skipped.yaml --
                    services: {a: {image: not-this}}
                    -- deep/.gitignore --
                    !skipped.yaml
                    own.yaml
                    -- deep/own.yaml --
                    services: {a: {image: not-this}}
                    -- own.yaml --
                    services: {a: {image: own}}
                    """);
            assertThat(search.images()).containsExactly("own", "not-this", "src-build");
            Files.createDirectories(folder.resolve(".git"));
            assertThat(search.images("src")).containsExactly("src-build");
        }

        @Test
        void isWalkedOnceWhateverItsLinks() throws IOException {
            Search search = Search.in(folder, "-- a/Dockerfile --\nFROM a\n-- b/Dockerfile --\nFROM b\n");
            Files.createSymbolicLink(folder.resolve("a/back"), folder);
            Files.createSymbolicLink(folder.resolve("b/other"), folder.resolve("a"));
            Files.createSymbolicLink(folder.resolve("gone"), folder.resolve("nowhere"));
            Found found = search.find();
            assertThat(found.problems()).isEmpty();
            assertThat(found.images())
                    .hasSize(2)
                    .allSatisfy(image -> assertThat(image.places()).hasSize(1));
        }

        @Test
        void tellsThatTemplatesOfAChartAreLeftOut() {
            Found found = Search.in(folder, """
                    -- chart/Chart.yaml --
                    name: x
                    -- chart/templates/pod.yaml --
                    apiVersion: v1
                    kind: Pod
                    spec: {containers: [{image: {{ .Values.image }}}]}
                    """).find();
            assertThat(found.problems()).isEmpty();
            assertThat(found.notes()).singleElement().asString().contains("chart/templates", "helm template");
        }

        @Test
        void goesOnAfterABadFile() throws IOException {
            Search search = Search.in(folder, """
                    -- a.yaml --
                    apiVersion: v1
                    kind: Pod
                    spec: [
                    -- b.yaml --
                    apiVersion: v1
                    kind: Pod
                    spec: {containers: [{image: b}]}
                    """);
            Files.write(folder.resolve("c.yaml"), new byte[] {'a', ':', (byte) 0xff, (byte) 0xfe});
            Found found = search.find();
            assertThat(found.names()).containsExactly("b");
            assertThat(found.problems())
                    .extracting(Problem::toString)
                    .hasSize(2)
                    .anyMatch(problem -> problem.startsWith("a.yaml:") && problem.contains("not valid YAML"))
                    .contains("c.yaml: the file cannot be read: it is no text in UTF-8, UTF-16 or UTF-32");
        }
    }

    @Nested
    class AnOperand {
        @Test
        void thatDoesNotExistIsAnErrorAndNotNothing() {
            Search search = Search.in(folder, "-- a/Dockerfile --\nFROM a\n");
            Found found = search.find("gone", "a", "gone.yaml");
            assertThat(found.names()).containsExactly("a");
            assertThat(found.problems())
                    .extracting(Problem::toString)
                    .containsExactly(
                            "gone: there is no such file or folder", "gone.yaml: there is no such file or folder");
        }

        @Test
        void isAnImageWhereImagesAreAllowedAndNoSuchPathExists() {
            Search search =
                    Search.in(folder, "-- deploy/Dockerfile --\nFROM a\n").imagesAllowed();
            Found found = search.find("alpine", "ghcr.io/a/b:1", "./deploy", "gone.yaml", "./gone");
            assertThat(found.names()).containsExactly("alpine", "ghcr.io/a/b:1", "a");
            assertThat(found.images().getFirst().places())
                    .extracting(Place::kind)
                    .containsExactly(SourceKind.ARGUMENT);
            assertThat(found.problems())
                    .extracting(Problem::toString)
                    .containsExactly(
                            "gone.yaml: there is no such file or folder", "./gone: there is no such file or folder");
        }

        @Test
        void thatCouldBeBothIsAskedAbout() {
            Search search =
                    Search.in(folder, "-- alpine/Dockerfile --\nFROM a\n").imagesAllowed();
            assertThat(search.problems("alpine"))
                    .containsExactly(
                            "alpine: this is a path here, and could be an image, too: write ./alpine for the path"
                                    + " or alpine:latest for the image");
            assertThat(search.images("alpine/")).containsExactly("a");
        }

        @Test
        void thatIsNoSourceIsAnError() {
            assertThat(Search.in(folder, "-- x.md --\n# Hello World\nthis is text\n")
                            .problems("x.md"))
                    .singleElement()
                    .asString()
                    .startsWith("x.md: cannot tell what kind of source this is: say it with --from clnrm|compose|");
        }

        @Test
        void isAServiceForComposeUnlessItIsWrittenLikeAPath() {
            Search search = Search.in(folder, """
                    -- compose.yaml --
                    services: {web: {image: web}, db: {image: db}}
                    -- web/compose.yaml --
                    services: {x: {image: other}}
                    """).from(SourceKind.COMPOSE);
            assertThat(search.images("web")).containsExactly("web");
            assertThat(search.images("./web")).containsExactly("other");
            assertThat(search.images("web/compose.yaml")).containsExactly("other");
            assertThat(search.problems("web", "./web"))
                    .singleElement()
                    .asString()
                    .contains("-f");
            assertThat(search.with(ComposeOptions.NONE.withFiles(List.of("web/compose.yaml")))
                            .images("x"))
                    .containsExactly("other");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiterString = "=>",
            value = {
                "KUBERNETES => apiVersion: v1\\nkind: Pod\\nspec: {containers: [{image: a}]}",
                "KUBERNETES => {\"kind\": \"Pod\", \"apiVersion\": \"v1\", \"spec\": {\"containers\": [{\"image\": \"a\"}]}}",
                "COMPOSE => services: {x: {image: a}}",
                "CONTAINERLAB => topology: {nodes: {x: {kind: srl, image: a}}}",
                "DOCKERFILE => # a comment\\nARG X=a\\nFROM $X",
                "CLNRM => [test.metadata]\\n[service.x]\\nimage = \"a\"",
                "LIST => # a comment\\na",
            })
    void standardInputIsRecognised(SourceKind kind, String text) {
        Found found = Search.in(folder, "").input(text.replace("\\n", "\n")).find("-");
        assertThat(found.problems()).isEmpty();
        assertThat(found.names()).containsExactly("a");
        assertThat(found.images().getFirst().places().getFirst().kind()).isEqualTo(kind);
        assertThat(found.images().getFirst().places().getFirst().at().file()).isEqualTo("-");
    }
}
