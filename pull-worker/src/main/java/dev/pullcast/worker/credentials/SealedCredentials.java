// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.sealed.RegistryLogin;
import dev.pullcast.contract.sealed.SealingException;
import dev.pullcast.contract.sealed.SealingKeys;
import dev.pullcast.worker.engine.RegistryAuth;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Credentials that a job carries, sealed for the workers. */
final class SealedCredentials {
    private SealedCredentials() {}

    /**
     * Opens them. Blocks.
     *
     * @param keys the file of keys, read anew; null if this worker has none
     * @throws dev.pullcast.worker.engine.EngineException if they cannot be opened, or are for another registry
     */
    static List<RegistryAuth> open(@Nullable Path keys, String sealed, ImageReference reference) {
        if (keys == null) {
            throw Failures.auth("the job has sealed credentials, and this worker has no keys to open them"
                    + " (setting credentials.keys)");
        }
        RegistryLogin login;
        try {
            login = SealingKeys.read(keys).open(sealed);
        } catch (SealingException e) {
            throw Failures.auth(String.valueOf(e.getMessage()));
        }
        // Who can write jobs can copy what is sealed, and must not get it sent to a registry of his own.
        String registry = String.valueOf(login.serverAddress());
        if (!Registry.domain(registry).equals(reference.domain())) {
            throw Failures.auth("the job's sealed credentials are for " + Registry.domain(registry) + ", not for "
                    + reference.domain());
        }
        return List.of(new RegistryAuth(
                login.username(),
                login.password(),
                Registry.key(reference.domain()),
                LoginEntry.blankToNull(login.identityToken()),
                LoginEntry.blankToNull(login.registryToken())));
    }
}
