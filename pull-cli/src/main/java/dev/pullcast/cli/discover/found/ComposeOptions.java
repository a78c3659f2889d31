// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.found;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Options as {@code docker compose} has them.
 *
 * @param files {@code -f}, in order; {@code -} is standard input; empty for {@code COMPOSE_FILE} or the default names
 * @param envFiles {@code --env-file}, in order; empty for {@code .env}
 * @param projectName {@code -p}, or null
 * @param profiles {@code --profile}; empty for {@code COMPOSE_PROFILES}
 * @param projectDirectory {@code --project-directory}, or null
 * @param services these and what they depend on; empty for all
 * @param includeBuilt also the names that compose gives to images that it only builds
 * @param byDocker let {@code docker compose config} resolve the files
 */
public record ComposeOptions(
        List<String> files,
        List<String> envFiles,
        @Nullable String projectName,
        List<String> profiles,
        @Nullable String projectDirectory,
        List<String> services,
        boolean includeBuilt,
        boolean byDocker) {
    /** None given. */
    public static final ComposeOptions NONE =
            new ComposeOptions(List.of(), List.of(), null, List.of(), null, List.of(), false, false);

    /** Copies the lists. */
    public ComposeOptions {
        files = List.copyOf(files);
        envFiles = List.copyOf(envFiles);
        profiles = List.copyOf(profiles);
        services = List.copyOf(services);
    }

    /** For other files. */
    public ComposeOptions withFiles(List<String> others) {
        return new ComposeOptions(
                others, envFiles, projectName, profiles, projectDirectory, services, includeBuilt, byDocker);
    }

    /** For these services. */
    public ComposeOptions withServices(List<String> others) {
        return new ComposeOptions(
                files, envFiles, projectName, profiles, projectDirectory, others, includeBuilt, byDocker);
    }
}
