// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.compose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.cli.discover.Search;
import dev.pullcast.cli.discover.found.ComposeOptions;
import dev.pullcast.cli.discover.found.Found;
import dev.pullcast.cli.discover.found.FoundImage;
import dev.pullcast.cli.discover.found.Problem;
import dev.pullcast.cli.discover.found.SourceKind;
import dev.pullcast.cli.discover.found.WhenToPull;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Projects and the images they have: the rules of the Compose Specification where they touch images. */
class ComposeSourceTest {
    private static final List<String> ARCHIVES =
            List.of("files", "variables", "merge", "extends", "include", "services");

    @TempDir
    private Path folder;

    static Stream<ComposeCase> cases() {
        return ARCHIVES.stream().flatMap(name -> {
            try (InputStream in = ComposeSourceTest.class.getResourceAsStream(name + ".cases")) {
                return ComposeCase.parse(
                        new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8))
                        .stream();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void aProjectHasTheseImages(ComposeCase project) throws IOException {
        Search search = Search.in(folder, project.files()).from(SourceKind.COMPOSE);
        project.environment().forEach(search::with);
        Options options = Options.of(project.options());
        Found found = search.with(options.compose()).find(options.services().toArray(String[]::new));
        if (project.error().isEmpty()) {
            assertThat(found.problems()).isEmpty();
            assertThat(found.names()).containsExactlyInAnyOrderElementsOf(project.images());
        } else {
            assertThat(found.problems())
                    .extracting(Problem::toString)
                    .first()
                    .asString()
                    .contains(project.error());
        }
    }

    /** Options as written on the command line. */
    record Options(ComposeOptions compose, List<String> services) {
        static Options of(List<String> words) {
            List<String> files = new ArrayList<>();
            List<String> envFiles = new ArrayList<>();
            List<String> profiles = new ArrayList<>();
            List<String> services = new ArrayList<>();
            @Nullable String name = null;
            @Nullable String directory = null;
            boolean built = false;
            for (int i = 0; i < words.size(); i++) {
                switch (words.get(i)) {
                    case "-f" -> files.add(words.get(++i));
                    case "--env-file" -> envFiles.add(words.get(++i));
                    case "--profile" -> profiles.add(words.get(++i));
                    case "-p" -> name = words.get(++i);
                    case "--project-directory" -> directory = words.get(++i);
                    case "--include-built" -> built = true;
                    default -> services.add(words.get(i));
                }
            }
            return new Options(
                    new ComposeOptions(files, envFiles, name, profiles, directory, List.of(), built, false), services);
        }
    }

    @Test
    void platformAndPolicyComeWithAnImageAndItsPlaceIsWhereItIsWritten() {
        Found found = Search.in(folder, """
                        -- compose.yaml --
                        services:
                          web:
                            image: web:1
                            platform: linux/arm64
                            pull_policy: always
                          once:
                            image: once:1
                            pull_policy: if_not_present
                          own:
                            build: .
                            image: own:1
                            pull_policy: build
                          daily: {image: "daily:1", pull_policy: daily}
                        """).find();
        assertThat(found.problems()).isEmpty();
        FoundImage web = found.images().getFirst();
        assertThat(web.platform()).isEqualTo("linux/arm64");
        assertThat(web.policy()).isEqualTo(WhenToPull.ALWAYS);
        assertThat(web.places()).singleElement().satisfies(place -> {
            assertThat(place.at()).hasToString("compose.yaml:3:12");
            assertThat(place.path()).isEqualTo("services.web.image");
        });
        assertThat(found.images())
                .extracting(FoundImage::policy)
                .containsExactly(WhenToPull.ALWAYS, WhenToPull.IF_NOT_PRESENT, WhenToPull.NEVER, WhenToPull.ALWAYS);
        assertThat(found.images()).extracting(FoundImage::built).containsExactly(false, false, true, false);
    }

    @Test
    void standardInputIsAProjectOfTheWorkingDirectory() {
        Search search = Search.in(folder, "-- .env --\nTAG=7\n").input("services: {a: {image: \"a:$TAG\"}}\n");
        assertThat(search.with(ComposeOptions.NONE.withFiles(List.of("-"))).images())
                .containsExactly("a:7");
    }

    @Test
    void aVariableWithoutValueIsTold() {
        Found found = Search.in(folder, "-- compose.yaml --\nservices: {a: {image: \"a${TAG}\"}}\n")
                .find();
        assertThat(found.names()).containsExactly("a");
        assertThat(found.notes())
                .extracting(Problem::toString)
                .containsExactly("compose.yaml: the variable TAG is not set and stands for an empty text");
    }

    @Test
    void aFileThatIsMeantForOthersIsNoMistakeInAScan() {
        Search search = Search.in(folder, """
                -- compose.yaml --
                services: {a: {image: a}}
                -- compose.prod.yaml --
                services: {a: {restart: always}, b: {image: b, depends_on: [elsewhere]}}
                """);
        assertThat(search.images()).containsExactly("a", "b");
        assertThat(search.problems("compose.prod.yaml"))
                .singleElement()
                .asString()
                .startsWith("compose.prod.yaml:1:15: the service 'a' has neither an image nor a build");
    }

    @Test
    void dockerIsAskedWhenTheUserPrefersIt() throws IOException {
        assertThat(DockerResolver.arguments(new ComposeOptions(
                        List.of("a.yaml", "-"),
                        List.of("x.env"),
                        "name",
                        List.of("p"),
                        "dir",
                        List.of("web"),
                        false,
                        true)))
                .containsExactly(
                        "docker",
                        "compose",
                        "-f",
                        "a.yaml",
                        "-f",
                        "-",
                        "--env-file",
                        "x.env",
                        "-p",
                        "name",
                        "--profile",
                        "p",
                        "--project-directory",
                        "dir",
                        "config",
                        "web");
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Path docker = Files.writeString(bin.resolve("docker"), """
                #!/bin/sh
                cat <<END
                name: made
                services:
                  web:
                    image: web:1
                  own:
                    build: {context: /x}
                    volumes:
                      - {type: image, source: "data:1", target: /data}
                END
                """);
        assertThat(docker.toFile().setExecutable(true)).isTrue();
        ComposeOptions byDocker =
                new ComposeOptions(List.of(), List.of(), null, List.of(), null, List.of(), true, true);
        Found found = Search.in(folder, "")
                .from(SourceKind.COMPOSE)
                .with(byDocker)
                .with("PATH", bin + ":" + System.getenv("PATH"))
                .find();
        assertThat(found.problems()).isEmpty();
        assertThat(found.names()).containsExactly("web:1", "made-own", "data:1");
    }
}
