// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.worker.engine.Keyring;
import dev.pullcast.worker.engine.RegistryAuth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Kubernetes pull secrets, mounted as folders with {@code .dockerconfigjson} or {@code .dockercfg}, matched as the
 * kubelet does (k8s.io/kubernetes, {@code pkg/credentialprovider/keyring.go}): all that match, the more specific ones
 * first, so that the next can be tried when one is refused.
 */
final class PullSecrets {
    private static final Logger LOG = LoggerFactory.getLogger(PullSecrets.class);

    /** The kubelet's reverse order: {@code r.example/team} is before {@code r.example}, and a glob behind both. */
    private final TreeMap<String, List<RegistryAuth>> logins = new TreeMap<>(Comparator.reverseOrder());

    private final String serverAddress;

    private final LoginOwners byDefault;
    private final @Nullable String project;

    private PullSecrets(String serverAddress, LoginOwners byDefault, @Nullable String project) {
        this.serverAddress = serverAddress;
        this.byDefault = byDefault;
        this.project = project;
    }

    /**
     * All logins that a pull may use, best first. Blocks.
     *
     * @param folders each a mounted secret, or a folder of mounted secrets
     * @param byDefault owners of secrets without a file {@code projects}
     * @throws dev.pullcast.worker.engine.EngineException if a secret that the pull may use cannot be read
     */
    static List<RegistryAuth> find(List<Path> folders, LoginOwners byDefault, Keyring.Wanted wanted) {
        ImageReference reference = wanted.reference();
        PullSecrets secrets = new PullSecrets(Registry.key(reference.domain()), byDefault, wanted.project());
        for (Path folder : folders) {
            if (!secrets.add(folder) && !secrets.addAllIn(folder)) {
                LOG.debug("no pull secret in {}", folder);
            }
        }
        return secrets.lookup(reference);
    }

    /**
     * Reads the owners of a mounted secret: its file {@code projects}, with names between commas or one per line. Blocks.
     *
     * @throws IllegalArgumentException if it cannot be read or names what is not a project
     */
    static LoginOwners ownersOf(Path secret, LoginOwners byDefault) {
        Path file = secret.resolve("projects");
        try {
            return LoginOwners.ofLines(Files.readAllLines(file));
        } catch (NoSuchFileException e) {
            return byDefault;
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "cannot read " + file + ": " + e.getClass().getSimpleName(), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /** Whether a secret is for the pull's project. One whose owners cannot be read is for none. */
    private boolean isOwned(Path secret) {
        try {
            return ownersOf(secret, byDefault).include(project);
        } catch (IllegalArgumentException e) {
            LOG.warn("the pull secret in {} is used by no pull: {}", secret, e.getMessage());
            return false;
        }
    }

    private static boolean isSecret(Path folder) {
        return Files.exists(folder.resolve(".dockerconfigjson")) || Files.exists(folder.resolve(".dockercfg"));
    }

    /** Whether the folder is a mounted secret; then its logins are added, if the pull may use them. */
    private boolean add(Path folder) {
        if (isSecret(folder) && !isOwned(folder)) {
            return true;
        }
        JsonNode config = ConfigFile.read(folder.resolve(".dockerconfigjson"));
        if (config != null) {
            addLogins(config.path("auths"), folder.resolve(".dockerconfigjson"));
            return true;
        }
        JsonNode old = ConfigFile.read(folder.resolve(".dockercfg"));
        if (old != null) {
            addLogins(old, folder.resolve(".dockercfg"));
        }
        return old != null;
    }

    private boolean addAllIn(Path folder) {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        boolean found = false;
        try (Stream<Path> inside = Files.list(folder)) {
            // Names with two dots are how the kubelet keeps versions of a mounted volume.
            for (Path secret : inside.filter(
                            path -> !String.valueOf(path.getFileName()).startsWith(".."))
                    .filter(Files::isDirectory)
                    .sorted()
                    .toList()) {
                found |= add(secret);
            }
        } catch (IOException e) {
            throw Failures.auth("cannot read the pull secrets in " + folder + ": "
                    + e.getClass().getSimpleName());
        }
        return found;
    }

    private void addLogins(JsonNode auths, Path file) {
        for (Map.Entry<String, JsonNode> entry : auths.properties()) {
            RegistryAuth login = LoginEntry.read(entry.getValue(), serverAddress, file.toString());
            if (login != null) {
                logins.computeIfAbsent(RegistryGlob.keyOf(entry.getKey()), _ -> new ArrayList<>())
                        .add(login);
            }
        }
    }

    private List<RegistryAuth> lookup(ImageReference reference) {
        List<RegistryAuth> found = new ArrayList<>();
        logins.forEach((glob, of) -> {
            if (RegistryGlob.matches(glob, reference.name())) {
                found.addAll(of);
            }
        });
        if (found.isEmpty() && reference.domain().equals(Registry.HUB)) {
            return logins.getOrDefault(Registry.HUB_INDEX, List.of());
        }
        return found;
    }
}
