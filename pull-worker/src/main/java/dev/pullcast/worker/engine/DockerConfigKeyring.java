// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.Credentials;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Credentials from Docker's {@code config.json}, resolved as the docker command line does: {@code credHelpers} of the
 * registry, else {@code credsStore}, else {@code auths}. The raw engine API knows nothing of {@code docker login}.
 */
public final class DockerConfigKeyring implements Keyring {
    /** The key under which Docker Hub's credentials stand. */
    private static final String HUB_KEY = "https://index.docker.io/v1/";

    private final Vertx vertx;
    private final Path file;

    private DockerConfigKeyring(Vertx vertx, Path file) {
        this.vertx = vertx;
        this.file = file;
    }

    /** Reads {@code config.json} of the folder {@code DOCKER_CONFIG}, by default {@code ~/.docker}. */
    public static DockerConfigKeyring of(Vertx vertx, Map<String, String> environment) {
        String folder = environment.getOrDefault("DOCKER_CONFIG", "");
        Path home = Path.of(environment.getOrDefault("HOME", "."), ".docker");
        return new DockerConfigKeyring(vertx, (folder.isEmpty() ? home : Path.of(folder)).resolve("config.json"));
    }

    @Override
    public Future<Optional<RegistryAuth>> find(ImageReference reference, @Nullable Credentials credentials) {
        if (credentials != null) {
            return Future.failedFuture(new EngineException(PullFailure.of(
                    FailureReason.AUTH,
                    "the job asks for "
                            + (credentials.name() != null
                                    ? "the credentials '" + credentials.name() + "'"
                                    : "sealed credentials")
                            + ", and this worker has none; it has only " + file)));
        }
        String key = reference.domain().equals("docker.io") ? HUB_KEY : reference.domain();
        return vertx.executeBlocking(() -> read(key), false).map(Optional::ofNullable);
    }

    private @Nullable RegistryAuth read(String key) {
        JsonNode config;
        try {
            config = ContractJson.mapper().readTree(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException | JacksonException e) {
            throw new EngineException(PullFailure.of(
                    FailureReason.AUTH,
                    "cannot read the registry logins in " + file + ": "
                            + e.getClass().getSimpleName()));
        }
        String helper = config.path("credHelpers")
                .path(key)
                .asString(config.path("credsStore").asString(""));
        if (!helper.isEmpty()) {
            return CredentialHelper.get(helper, key);
        }
        JsonNode entry = entryFor(config.path("auths"), key);
        return entry == null ? null : authOf(entry, key);
    }

    private static @Nullable JsonNode entryFor(JsonNode auths, String key) {
        if (auths.has(key)) {
            return auths.get(key);
        }
        for (Map.Entry<String, JsonNode> entry : auths.properties()) {
            if (hostOf(entry.getKey()).equals(hostOf(key))) {
                return entry.getValue();
            }
        }
        return null;
    }

    /** Docker's ConvertToHostname: old logins were kept under a whole URL. */
    private static String hostOf(String key) {
        String rest =
                key.startsWith("https://") ? key.substring(8) : key.startsWith("http://") ? key.substring(7) : key;
        int slash = rest.indexOf('/');
        return slash < 0 ? rest : rest.substring(0, slash);
    }

    private static @Nullable RegistryAuth authOf(JsonNode entry, String key) {
        String username = entry.path("username").asString("");
        String password = entry.path("password").asString("");
        String packed = entry.path("auth").asString("");
        if (!packed.isEmpty()) {
            String pair;
            try {
                pair = new String(Base64.getDecoder().decode(packed), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                throw new EngineException(PullFailure.of(
                        FailureReason.AUTH,
                        "the login for " + key + " in config.json is not base64; run docker login again"));
            }
            int colon = pair.indexOf(':');
            username = colon < 0 ? pair : pair.substring(0, colon);
            password = colon < 0 ? "" : trimNul(pair.substring(colon + 1));
        }
        String identityToken = entry.path("identitytoken").asString("");
        String registryToken = entry.path("registrytoken").asString("");
        if (username.isEmpty() && identityToken.isEmpty() && registryToken.isEmpty()) {
            return null;
        }
        return new RegistryAuth(username, password, key, blankToNull(identityToken), blankToNull(registryToken));
    }

    /** Docker's own decoder drops NUL padding that some tools write behind the password. */
    private static String trimNul(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '\0') {
            end--;
        }
        return text.substring(0, end);
    }

    private static @Nullable String blankToNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
