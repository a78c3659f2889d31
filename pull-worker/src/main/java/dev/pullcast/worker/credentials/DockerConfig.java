// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import dev.pullcast.worker.engine.RegistryAuth;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Docker's {@code config.json}, resolved as the docker command line does (github.com/docker/cli, {@code cli/config}, 29):
 * the helper that {@code credHelpers} names for the registry, else {@code credsStore}, else the registry's entry in
 * {@code auths}. Where nothing is said of logins at all, the helper that the platform prefers, if it is installed.
 */
final class DockerConfig {
    private DockerConfig() {}

    /**
     * The login of one registry. Blocks.
     *
     * @param config the file's content
     * @param key as {@link Registry#key}
     * @param place of the file, for messages
     * @return null for none
     */
    static @Nullable RegistryAuth resolve(JsonNode config, String key, String place, HelperPrograms helpers) {
        JsonNode entry = entryFor(config.path("auths"), key);
        RegistryAuth inFile = entry == null ? null : LoginEntry.read(entry, key, place);
        String helper = helperFor(config, key, helpers);
        if (helper.isEmpty()) {
            return inFile;
        }
        RegistryAuth fromHelper = helpers.get(helper, key);
        // What a helper cannot keep stays in the file.
        String registryToken = inFile == null ? null : inFile.registryToken();
        if (registryToken == null) {
            return fromHelper;
        }
        return fromHelper == null
                ? new RegistryAuth(null, null, key, null, registryToken)
                : new RegistryAuth(
                        fromHelper.username(), fromHelper.password(), key, fromHelper.identityToken(), registryToken);
    }

    private static String helperFor(JsonNode config, String key, HelperPrograms helpers) {
        // An empty name there means: not the general one for this registry.
        JsonNode own = config.path("credHelpers").path(key);
        if (own.isString()) {
            return own.stringValue();
        }
        String store = config.path("credsStore").asString("");
        boolean saysNothing = store.isEmpty()
                && config.path("credHelpers").isEmpty()
                && config.path("auths").isEmpty();
        return saysNothing ? helpers.platformDefault() : store;
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
