// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a worker finds registry logins, besides Docker's own {@code config.json}.
 *
 * @param folder of named credentials; null if jobs can name none
 * @param pullSecrets folders where Kubernetes pull secrets are mounted
 * @param keys the file of keys that open sealed credentials; null if none can be opened
 */
public record CredentialSettings(
        @Nullable Path folder,
        List<Path> pullSecrets,
        @Nullable Path keys) {

    /** Docker's {@code config.json} alone. */
    public static final CredentialSettings NONE = new CredentialSettings(null, List.of(), null);

    /** Copies the list. */
    public CredentialSettings {
        pullSecrets = List.copyOf(pullSecrets);
    }
}
