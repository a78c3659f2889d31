// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.worker.engine.RegistryAuth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
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

    private PullSecrets(String serverAddress) {
        this.serverAddress = serverAddress;
    }

    /**
     * All logins for an image, best first. Blocks.
     *
     * @param folders each a mounted secret, or a folder of mounted secrets
     * @throws dev.pullcast.worker.engine.EngineException if a secret cannot be read
     */
    static List<RegistryAuth> find(List<Path> folders, ImageReference reference) {
        PullSecrets secrets = new PullSecrets(Registry.key(reference.domain()));
        for (Path folder : folders) {
            if (!secrets.add(folder) && !secrets.addAllIn(folder)) {
                LOG.debug("no pull secret in {}", folder);
            }
        }
        return secrets.lookup(reference);
    }

    /** Whether the folder is a mounted secret; then its logins are added. */
    private boolean add(Path folder) {
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
