// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.codec.ContractJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The docker command's contexts, read as it does (github.com/docker/cli, {@code cli/command} and {@code cli/context},
 * 28): {@code DOCKER_CONTEXT}, else {@code currentContext} of {@code config.json}; {@code
 * contexts/meta/SHA-256-OF-NAME/meta.json} has the address, {@code contexts/tls/SHA-256-OF-NAME/docker} the certificates.
 *
 * @param folder of the docker command's configuration
 */
record DockerContexts(Path folder) {
    static final String VARIABLE = "DOCKER_CONTEXT";
    private static final String DEFAULT = "default";
    private static final long MAX_BYTES = 1L << 20;
    private static final int MAX_NAMES = 20;

    /** A context's name and what names it. */
    private record Chosen(String name, String source) {}

    /** The folder that {@code DOCKER_CONFIG} names, else {@code .docker} at home. */
    static DockerContexts of(Map<String, String> environment) {
        String configured = environment.getOrDefault("DOCKER_CONFIG", "");
        if (!configured.isEmpty()) {
            return new DockerContexts(Path.of(configured));
        }
        String home = environment.getOrDefault("HOME", "");
        return new DockerContexts(Path.of(home.isEmpty() ? System.getProperty("user.home", ".") : home, ".docker"));
    }

    /**
     * The address of the context that is in use.
     *
     * @return null for the default context, which is the engine of {@code DOCKER_HOST} or of the default socket
     * @throws IllegalArgumentException for a context that does not exist or cannot be used
     */
    @Nullable
    EngineAddress current(Map<String, String> environment) {
        Chosen chosen = chosen(environment);
        return chosen.name().equals(DEFAULT) ? null : address(chosen);
    }

    private Chosen chosen(Map<String, String> environment) {
        String fromVariable = environment.getOrDefault(VARIABLE, "");
        if (!fromVariable.isEmpty()) {
            return new Chosen(fromVariable, VARIABLE);
        }
        Path file = folder.resolve("config.json");
        JsonNode current;
        try {
            current = read(file).path("currentContext");
        } catch (IOException | JacksonException e) {
            // The docker command says a warning and goes on without a configuration.
            return new Chosen(DEFAULT, file.toString());
        }
        String name = current.isString() ? current.stringValue() : "";
        return new Chosen(name.isEmpty() ? DEFAULT : name, "currentContext in " + file);
    }

    private EngineAddress address(Chosen chosen) {
        String id = id(chosen.name());
        Path file = folder.resolve("contexts/meta").resolve(id).resolve("meta.json");
        JsonNode endpoint;
        try {
            endpoint = read(file).path("Endpoints").path("docker");
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("the docker context '" + chosen.name() + "' (" + chosen.source()
                    + ") does not exist. Contexts: " + names() + ". See: docker context ls");
        } catch (IOException | JacksonException e) {
            throw new IllegalArgumentException("cannot read the docker context '" + chosen.name() + "' (" + file + "): "
                    + (e instanceof JacksonException ? "it is not JSON" : String.valueOf(e)));
        }
        if (!endpoint.isObject()) {
            throw new IllegalArgumentException(
                    "the docker context '" + chosen.name() + "' (" + chosen.source() + ") has no docker endpoint");
        }
        boolean verify = !endpoint.path("SkipTLSVerify").asBoolean(false);
        Path files = folder.resolve("contexts/tls").resolve(id).resolve("docker");
        boolean hasFiles = Files.exists(files.resolve("ca.pem")) || Files.exists(files.resolve("cert.pem"));
        boolean secured =
                hasFiles || !verify || endpoint.path("Host").asString("").startsWith("https://");
        EngineAddress.Tls tls = secured ? new EngineAddress.Tls(files, verify, true) : null;
        String host = endpoint.path("Host").asString("");
        try {
            return EngineAddress.parse(host.isEmpty() ? EngineAddress.DEFAULT : host, tls);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the docker context '" + chosen.name() + "' (" + chosen.source() + "): " + e.getMessage(), e);
        }
    }

    /** For the message; a folder that cannot be listed has none. */
    private String names() {
        TreeSet<String> names = new TreeSet<>();
        names.add(DEFAULT);
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder.resolve("contexts/meta"))) {
            for (Path each : all) {
                String name = nameIn(each.resolve("meta.json"));
                if (!name.isEmpty() && names.size() < MAX_NAMES) {
                    names.add(name);
                }
            }
        } catch (IOException e) {
            // There are no others.
        }
        return String.join(", ", names);
    }

    private static String nameIn(Path file) {
        try {
            return read(file).path("Name").asString("");
        } catch (IOException | JacksonException e) {
            return "";
        }
    }

    private static JsonNode read(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException(file + " has more than " + MAX_BYTES + " bytes");
        }
        return ContractJson.mapper().readTree(Files.readAllBytes(file));
    }

    private static String id(String name) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
