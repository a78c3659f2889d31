// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.compose;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Which files make a project when nobody names them (compose-spec, "Compose file"; compose-go, {@code cli/options.go}). */
public final class ComposeFiles {
    static final List<String> DEFAULTS =
            List.of("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml");
    static final List<String> OVERRIDES = List.of(
            "compose.override.yml",
            "compose.override.yaml",
            "docker-compose.override.yml",
            "docker-compose.override.yaml");

    private ComposeFiles() {}

    /** The project's file among a folder's files, and its override file if there is one; empty for no project. */
    public static List<Path> defaultsAmong(List<Path> files) {
        List<Path> project = new ArrayList<>();
        for (List<String> names : List.of(DEFAULTS, OVERRIDES)) {
            names.stream()
                    .flatMap(name -> files.stream().filter(file -> file.endsWith(name)))
                    .findFirst()
                    .ifPresent(project::add);
            if (project.isEmpty()) {
                return List.of();
            }
        }
        return project;
    }
}
