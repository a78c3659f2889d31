// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.pullcast.cli.discover.Search;
import dev.pullcast.testkit.DevEngine.Ran;
import dev.pullcast.testkit.Processes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same projects through {@code docker compose config --images}: with the plugin that is installed, else with the
 * newest of Debian's archive. Compared are the images of services: names of compose's making and image volumes are ours
 * to leave out and to add.
 */
class DockerComposeIT {
    /** What compose-go does by now, and what a plugin that is older (2.40) says to it. */
    private static final Map<String, String> NEWER = Map.of(
            "a service may extend an included one", "not found",
            "what both name is merged, and the including file wins", "conflicts with imported resource",
            "hooks before the start have images of their own", "'pre_start' not allowed");

    @TempDir
    private Path folder;

    /** Where the docker command finds the plugin; null where it has it of its own. */
    private static @Nullable String dockerConfig;

    @BeforeAll
    static void theirPluginIsThere() {
        if (Processes.run(List.of("docker", "compose", "version"), Map.of()).exitCode() == 0) {
            return;
        }
        Ran found = Processes.run(
                List.of(Processes.checkout()
                        .resolve("deploy/dev/newest-compose")
                        .toString()),
                Map.of());
        if (found.exitCode() != 0 && !"required".equals(System.getenv("PULLCAST_TEST_COMPOSE"))) {
            abort("no docker compose: " + found.output().strip());
        }
        dockerConfig = found.orFail().output().lines().toList().getLast();
    }

    static Stream<ComposeCase> projects() {
        return ComposeSourceTest.cases().filter(project -> !project.options().contains("--include-built"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("projects")
    void dockerComposeFindsTheSame(ComposeCase project) throws Exception {
        Search.in(folder, project.files());
        List<String> command = new ArrayList<>(List.of("docker", "compose"));
        ComposeSourceTest.Options options = ComposeSourceTest.Options.of(project.options());
        command.addAll(project.options()
                .subList(0, project.options().size() - options.services().size()));
        command.addAll(List.of("config", "--images"));
        command.addAll(options.services());
        Path output = folder.resolve("output.of.docker");
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectOutput(output.toFile());
        Path errors = folder.resolve("errors.of.docker");
        builder.redirectError(errors.toFile());
        if (dockerConfig != null) {
            builder.environment().put("DOCKER_CONFIG", dockerConfig);
        }
        builder.environment().putAll(project.environment());
        int code = builder.start().waitFor();
        if (!project.error().isEmpty()) {
            assertThat(code).isNotZero();
            return;
        }
        String newer = NEWER.get(project.name());
        if (code != 0 && newer != null) {
            assertThat(Files.readString(errors)).contains(newer);
            return;
        }
        assertThat(code).as(Files.readString(errors)).isZero();
        Set<String> theirs = new TreeSet<>(Files.readAllLines(output, StandardCharsets.UTF_8));
        theirs.removeIf(image -> image.startsWith(String.valueOf(folder.getFileName())));
        Set<String> ours = new TreeSet<>(project.images());
        assertThat(ours).containsAll(theirs);
        ours.removeAll(theirs);
        assertThat(ours).allMatch(image -> project.files().contains("source: \"" + image + '"'));
    }
}
