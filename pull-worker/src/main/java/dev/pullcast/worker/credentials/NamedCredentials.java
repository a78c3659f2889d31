// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.worker.engine.RegistryAuth;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Credentials that jobs ask for by name, from one folder: {@code NAME.json} is read as Docker reads its
 * {@code config.json}, a folder {@code NAME} as the kubelet reads a mounted pull secret.
 */
final class NamedCredentials {
    private NamedCredentials() {}

    /**
     * All logins of that name for an image, best first. Blocks.
     *
     * @param folder null if this worker has none
     * @throws dev.pullcast.worker.engine.EngineException if there is no such name, or nothing in it for this registry
     */
    static List<RegistryAuth> find(
            @Nullable Path folder, String name, ImageReference reference, HelperPrograms helpers) {
        if (folder == null) {
            throw Failures.auth("the job asks for the credentials '" + name
                    + "', and this worker has no folder of credentials (setting credentials.dir)");
        }
        Path root = folder.toAbsolutePath().normalize();
        Path file = root.resolve(name + ".json").normalize();
        Path secret = root.resolve(name).normalize();
        // The name comes from a job: it must not lead out of the folder.
        if (!file.startsWith(root) || !secret.startsWith(root) || secret.equals(root)) {
            throw Failures.auth("'" + name + "' cannot be a name of credentials");
        }
        JsonNode config = ConfigFile.read(file);
        List<RegistryAuth> found;
        if (config != null) {
            RegistryAuth login =
                    DockerConfig.resolve(config, Registry.key(reference.domain()), file.toString(), helpers);
            found = login == null ? List.of() : List.of(login);
        } else if (Files.isDirectory(secret)) {
            found = PullSecrets.find(List.of(secret), reference);
        } else {
            throw Failures.auth(
                    "the job asks for the credentials '" + name + "', and this worker has none of that name");
        }
        if (found.isEmpty()) {
            throw Failures.auth("the credentials '" + name + "' of this worker have no login for " + reference.domain()
                    + ", which the job asks for");
        }
        return found;
    }
}
