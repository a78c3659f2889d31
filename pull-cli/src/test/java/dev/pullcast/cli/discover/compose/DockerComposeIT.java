// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pullcast.cli.discover.Search;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same projects through {@code docker compose config --images}, wherever Docker's plugin is installed. Compared are
 * the images of services: names of compose's making and image volumes are ours to leave out and to add.
 */
class DockerComposeIT {
    @TempDir
    private Path folder;

    @BeforeAll
    static void theirPluginIsThere() {
        boolean there;
        try {
            there = new ProcessBuilder("docker", "compose", "version")
                            .redirectErrorStream(true)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException | InterruptedException e) {
            there = false;
        }
        assumeTrue(there, "docker compose is not installed");
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
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(project.environment());
        int code = builder.start().waitFor();
        if (!project.error().isEmpty()) {
            assertThat(code).isNotZero();
            return;
        }
        assertThat(code).isZero();
        Set<String> theirs = new TreeSet<>(Files.readAllLines(output, StandardCharsets.UTF_8));
        theirs.removeIf(image -> image.startsWith(String.valueOf(folder.getFileName())));
        Set<String> ours = new TreeSet<>(project.images());
        assertThat(ours).containsAll(theirs);
        ours.removeAll(theirs);
        assertThat(ours).allMatch(image -> project.files().contains("source: \"" + image + '"'));
    }
}
