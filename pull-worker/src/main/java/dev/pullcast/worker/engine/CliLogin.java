// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.codec.ContractJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
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

    private static final String PREFIX = "login-";
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

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
     * @param logins where the folder is made
     */
    static CliLogin write(@Nullable RegistryAuth auth, String domain, Path users, Path logins) throws IOException {
        Files.createDirectories(logins, OWNER_ONLY);
        Path folder = Files.createTempDirectory(logins, PREFIX + own() + '-', OWNER_ONLY);
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

    /**
     * Deletes what processes have left that were killed; folders of those that live stay. They are told apart by the
     * process's id and the moment of its start.
     */
    static void sweep(Path logins) {
        Set<String> living = new HashSet<>();
        ProcessHandle.allProcesses().forEach(process -> living.add(nameOf(process)));
        try (DirectoryStream<Path> left = Files.newDirectoryStream(logins, PREFIX + '*')) {
            for (Path each : left) {
                String name = each.getFileName().toString();
                String owner = name.substring(PREFIX.length(), Math.max(PREFIX.length(), name.lastIndexOf('-')));
                if (!living.contains(owner)) {
                    LOG.info("deleting {}, which a process has left that was killed", each);
                    new CliLogin(each).close();
                }
            }
        } catch (NoSuchFileException e) {
            // No pull ever needed one.
        } catch (IOException e) {
            LOG.warn("cannot look for registry credentials that were left in {}: {}", logins, e.toString());
        }
    }

    private static String own() {
        return nameOf(ProcessHandle.current());
    }

    private static String nameOf(ProcessHandle process) {
        long start = process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
        return process.pid() + "-" + start;
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
