// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import dev.pullcast.worker.engine.EngineException;
import dev.pullcast.worker.engine.RegistryAuth;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Docker's {@code config.json}, resolved as the docker command line does (github.com/docker/cli, {@code cli/config}, 29):
 * the helper that {@code credHelpers} names for the registry, else {@code credsStore}, else the registry's entry in
 * {@code auths}. A helper that fails leaves the entry in {@code auths}; one that answers that it has no login does not.
 * Where nothing is configured at all, the helper that the platform prefers is asked, if it is installed.
 */
final class DockerConfig {
    private static final Logger LOG = LoggerFactory.getLogger(DockerConfig.class);

    private DockerConfig() {}

    /**
     * The login of one registry. Blocks.
     *
     * @param config the file's content
     * @param key as {@link Registry#key}
     * @param place of the file, for messages
     * @return null for none
     * @throws EngineException if the configured helper fails and the file has no login beside it
     */
    static @Nullable RegistryAuth resolve(JsonNode config, String key, String place, HelperPrograms helpers) {
        String helper = helperFor(config, key);
        if (helper == null) {
            return saysNothing(config) ? fromPlatform(key, helpers) : inFile(config, key, place);
        }
        RegistryAuth fromHelper;
        try {
            fromHelper = helpers.get(helper, key);
        } catch (EngineException e) {
            return instead(inFile(config, key, place), key, place, e);
        }
        return withRegistryToken(fromHelper, config, key);
    }

    private static @Nullable RegistryAuth inFile(JsonNode config, String key, String place) {
        JsonNode entry = entryFor(config.path("auths"), key);
        return entry == null ? null : LoginEntry.read(entry, key, place);
    }

    private static RegistryAuth instead(@Nullable RegistryAuth inFile, String key, String place, EngineException e) {
        if (inFile == null) {
            throw e;
        }
        LOG.warn("{}. Using the login for {} that is in {} instead.", e.getMessage(), key, place);
        return inFile;
    }

    /** Nothing was configured, so a helper that fails leaves an anonymous pull, as with the docker command. */
    private static @Nullable RegistryAuth fromPlatform(String key, HelperPrograms helpers) {
        String helper = helpers.platformDefault();
        if (helper.isEmpty()) {
            return null;
        }
        try {
            return helpers.get(helper, key);
        } catch (EngineException e) {
            LOG.warn("{}. Nothing names it in config.json, so this counts as having no login.", e.getMessage());
            return null;
        }
    }

    /** A registry token is what a helper cannot keep; it stays in the file, whatever else is in the entry. */
    private static @Nullable RegistryAuth withRegistryToken(
            @Nullable RegistryAuth fromHelper, JsonNode config, String key) {
        JsonNode entry = entryFor(config.path("auths"), key);
        String token = entry == null ? "" : entry.path("registrytoken").asString("");
        if (token.isEmpty()) {
            return fromHelper;
        }
        return fromHelper == null
                ? new RegistryAuth(null, null, key, null, token)
                : new RegistryAuth(
                        fromHelper.username(), fromHelper.password(), key, fromHelper.identityToken(), token);
    }

    /** Null for none. An empty name for the registry means: not the general one for it. */
    private static @Nullable String helperFor(JsonNode config, String key) {
        JsonNode own = config.path("credHelpers").path(key);
        return LoginEntry.blankToNull(
                own.isString() ? own.stringValue() : config.path("credsStore").asString(""));
    }

    private static boolean saysNothing(JsonNode config) {
        return config.path("credsStore").asString("").isEmpty()
                && config.path("credHelpers").isEmpty()
                && config.path("auths").isEmpty();
    }

    private static @Nullable JsonNode entryFor(JsonNode auths, String key) {
        if (auths.has(key)) {
            return auths.get(key);
        }
        for (Map.Entry<String, JsonNode> entry : auths.properties()) {
            if (Registry.host(entry.getKey()).equals(key)) {
                return entry.getValue();
            }
        }
        return null;
    }
}
