// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.codec.ContractJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * A {@code DOCKER_CONFIG} folder for one pull with these credentials and no others; only this user can look into it, and
 * closing deletes it. The command's contexts stay usable in it. Blocks; for worker threads.
 */
final class CliLogin implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CliLogin.class);
    private static final String HUB_KEY = "https://index.docker.io/v1/";

    private final Path folder;

    private CliLogin(Path folder) {
        this.folder = folder;
    }

    /**
     * Writes the folder.
     *
     * @param auth null for none: then the command asks no helper either, because the registry has an entry
     * @param domain of the image's registry
     * @param users the user's own configuration folder, for its context
     */
    static CliLogin write(@Nullable RegistryAuth auth, String domain, Path users) throws IOException {
        Path folder = Files.createTempDirectory(
                "pullcast-docker", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        CliLogin login = new CliLogin(folder);
        try {
            Map<String, Object> config = new TreeMap<>();
            config.put(
                    "auths",
                    Map.of(domain.equals("docker.io") ? HUB_KEY : domain, auth == null ? Map.of() : entry(auth)));
            String context = contextOf(users);
            if (!context.isEmpty()) {
                config.put("currentContext", context);
            }
            Path contexts = users.resolve("contexts");
            if (Files.isDirectory(contexts)) {
                Files.createSymbolicLink(folder.resolve("contexts"), contexts.toAbsolutePath());
            }
            // The TLS files of an engine on TCP, which the command looks for beside its configuration.
            for (String name : new String[] {"ca.pem", "cert.pem", "key.pem"}) {
                if (Files.exists(users.resolve(name))) {
                    Files.createSymbolicLink(
                            folder.resolve(name), users.resolve(name).toAbsolutePath());
                }
            }
            Files.write(folder.resolve("config.json"), ContractJson.write(config));
            return login;
        } catch (IOException | RuntimeException e) {
            login.close();
            throw e;
        }
    }

    private static Map<String, String> entry(RegistryAuth auth) {
        Map<String, String> entry = new TreeMap<>();
        if (auth.username() != null && !auth.username().isEmpty()) {
            String pair = auth.username() + ":" + (auth.password() == null ? "" : auth.password());
            entry.put("auth", Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        }
        if (auth.identityToken() != null) {
            entry.put("identitytoken", auth.identityToken());
        }
        if (auth.registryToken() != null) {
            entry.put("registrytoken", auth.registryToken());
        }
        return entry;
    }

    private static String contextOf(Path users) {
        try {
            return ContractJson.mapper()
                    .readTree(Files.readAllBytes(users.resolve("config.json")))
                    .path("currentContext")
                    .asString("");
        } catch (IOException | JacksonException e) {
            return ""; // the command itself goes on without a configuration, too
        }
    }

    Path folder() {
        return folder;
    }

    @Override
    public void close() {
        // Links are deleted as links; a walk does not follow them.
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            LOG.warn("cannot delete {}, which holds registry credentials: {}", folder, e.toString());
        }
    }
}
