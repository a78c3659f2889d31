// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Places of registry logins besides Docker's own {@code config.json}, and the projects that may use them.
 *
 * @param folder of named credentials; null if jobs can name none
 * @param pullSecrets folders where Kubernetes pull secrets are mounted
 * @param keys the file of keys that open sealed credentials; null if none can be opened
 * @param owners of logins that do not name their owners themselves
 */
public record CredentialSettings(
        @Nullable Path folder,
        List<Path> pullSecrets,
        @Nullable Path keys,
        DefaultOwners owners) {

    /**
     * Projects that may use logins which do not name their owners themselves.
     *
     * @param named files and folders of {@link CredentialSettings#folder()}
     * @param pullSecrets mounted pull secrets
     * @param docker the machine's own logins: {@code config.json}, its helpers, and {@code DOCKER_AUTH_CONFIG}
     */
    public record DefaultOwners(LoginOwners named, LoginOwners pullSecrets, LoginOwners docker) {
        /** Pulls without a project. */
        public static final DefaultOwners NO_PROJECT =
                new DefaultOwners(LoginOwners.NO_PROJECT, LoginOwners.NO_PROJECT, LoginOwners.NO_PROJECT);
    }

    /** Docker's {@code config.json} alone, for pulls without a project. */
    public static final CredentialSettings NONE = new CredentialSettings(null, List.of(), null);

    /** With logins that serve pulls without a project, unless they name their owners themselves. */
    public CredentialSettings(@Nullable Path folder, List<Path> pullSecrets, @Nullable Path keys) {
        this(folder, pullSecrets, keys, DefaultOwners.NO_PROJECT);
    }

    /** Copies the list. */
    public CredentialSettings {
        pullSecrets = List.copyOf(pullSecrets);
    }
}
