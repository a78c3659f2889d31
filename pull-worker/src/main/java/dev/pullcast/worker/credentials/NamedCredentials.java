// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import dev.pullcast.worker.engine.EngineException;
import dev.pullcast.worker.engine.Keyring;
import dev.pullcast.worker.engine.RegistryAuth;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Credentials that jobs ask for by name, from one folder: {@code NAME.json} is read as Docker reads its
 * {@code config.json}, with the field {@code projects} for its owners besides; a folder {@code NAME} is read as the
 * kubelet reads a mounted pull secret, with a file {@code projects} beside it.
 *
 * <p>A pull that may not use a name, and one that asks for a name that does not exist or has no login for the registry,
 * get the same answer, so that no project can find out what others have. The worker's log has the reason.
 */
final class NamedCredentials {
    private static final Logger LOG = LoggerFactory.getLogger(NamedCredentials.class);

    private NamedCredentials() {}

    /**
     * All logins of that name for a pull, best first. Blocks.
     *
     * @throws EngineException if the pull cannot have any
     */
    static List<RegistryAuth> find(
            CredentialSettings settings, String name, Keyring.Wanted wanted, HelperPrograms helpers) {
        Path folder = settings.folder();
        if (folder == null) {
            throw refused(name, wanted, "the setting credentials.dir is not set");
        }
        Path file = inside(folder, name + ".json");
        Path secret = inside(folder, name);
        if (file == null || secret == null) {
            throw refused(name, wanted, "the name leads out of its folder or around in it");
        }
        LoginOwners byDefault = settings.owners().named();
        List<RegistryAuth> found;
        JsonNode config = read(file, name, wanted);
        if (config != null) {
            requireOwner(ownersIn(config, byDefault, name, wanted), name, wanted);
            RegistryAuth login =
                    DockerConfig.resolve(config, Registry.key(wanted.reference().domain()), file.toString(), helpers);
            found = login == null ? List.of() : List.of(login);
        } else if (Files.isDirectory(secret)) {
            requireOwner(ownersOf(secret, byDefault, name, wanted), name, wanted);
            found = PullSecrets.find(List.of(secret), byDefault, wanted);
        } else {
            throw refused(name, wanted, "there is neither " + file + " nor a folder " + secret);
        }
        if (found.isEmpty()) {
            throw refused(name, wanted, "it has no login for this registry");
        }
        return found;
    }

    /** The place of a name; null if its parts lead anywhere but straight down from the folder. */
    private static @Nullable Path inside(Path folder, String name) {
        Path root = folder.toAbsolutePath().normalize();
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.startsWith(".")) {
                return null;
            }
        }
        try {
            Path path = root.resolve(name);
            return path.equals(path.normalize()) && path.startsWith(root) && !path.equals(root) ? path : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static @Nullable JsonNode read(Path file, String name, Keyring.Wanted wanted) {
        try {
            return ConfigFile.read(file);
        } catch (EngineException e) { // whose login it is stands in what cannot be read
            throw refused(name, wanted, String.valueOf(e.getMessage()));
        }
    }

    private static LoginOwners ownersIn(JsonNode config, LoginOwners byDefault, String name, Keyring.Wanted wanted) {
        JsonNode projects = config.path("projects");
        if (projects.isMissingNode()) {
            return byDefault;
        }
        List<String> names = new ArrayList<>();
        for (JsonNode project : projects) {
            names.add(project.isString() ? project.stringValue() : "");
        }
        try {
            if (projects.isArray()) {
                return LoginOwners.of(names);
            }
        } catch (IllegalArgumentException e) {
            throw refused(name, wanted, "its field projects: " + e.getMessage());
        }
        throw refused(name, wanted, "its field projects must be a list of projects");
    }

    private static LoginOwners ownersOf(Path secret, LoginOwners byDefault, String name, Keyring.Wanted wanted) {
        try {
            return PullSecrets.ownersOf(secret, byDefault);
        } catch (IllegalArgumentException e) {
            throw refused(name, wanted, String.valueOf(e.getMessage()));
        }
    }

    private static void requireOwner(LoginOwners owners, String name, Keyring.Wanted wanted) {
        if (!owners.include(wanted.project())) {
            throw refused(name, wanted, "it is for projects " + owners.projects());
        }
    }

    private static EngineException refused(String name, Keyring.Wanted wanted, String why) {
        String user = wanted.project() == null ? "a pull without a project" : "project " + wanted.project();
        LOG.warn(
                "refused the credentials '{}' for {} to {} (job {}): {}",
                name,
                wanted.reference().domain(),
                user,
                wanted.job(),
                why);
        return Failures.auth("this worker has no credentials '" + name + "' for "
                + wanted.reference().domain() + " that " + user + " may use; the worker's log has the reason");
    }
}
