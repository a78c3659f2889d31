// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.worker.engine.EngineException;
import dev.pullcast.worker.engine.RegistryAuth;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * {@code DOCKER_AUTH_CONFIG}, as the docker command line takes it since 28.3: {@code {"auths": {KEY: {"auth": …}}}} and
 * nothing else in it; what it has under exactly the registry's key goes before everything in {@code config.json}. With
 * anything else in it, it is ignored as a whole with a warning, as Docker does.
 */
final class AuthVariable {
    static final String NAME = "DOCKER_AUTH_CONFIG";
    private static final Logger LOG = LoggerFactory.getLogger(AuthVariable.class);

    private final Map<String, RegistryAuth> logins;

    private AuthVariable(Map<String, RegistryAuth> logins) {
        this.logins = logins;
    }

    static AuthVariable of(Map<String, String> environment) {
        String text = environment.getOrDefault(NAME, "");
        if (text.isEmpty()) {
            return new AuthVariable(Map.of());
        }
        try {
            return new AuthVariable(read(text));
        } catch (EngineException e) {
            LOG.warn("{} is ignored: {}", NAME, e.getMessage());
        } catch (JacksonException e) { // whose message may quote what it read
            LOG.warn("{} is ignored: it is not JSON", NAME);
        }
        return new AuthVariable(Map.of());
    }

    private static Map<String, RegistryAuth> read(String text) {
        JsonNode config = ContractJson.mapper().readTree(text);
        if (!config.isObject() || !Set.of("auths").containsAll(config.propertyNames())) {
            throw Failures.auth("it may have auths and nothing else");
        }
        Map<String, RegistryAuth> logins = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : config.path("auths").properties()) {
            JsonNode value = entry.getValue();
            if (!value.isObject() || !Set.of("auth").equals(Set.copyOf(value.propertyNames()))) {
                throw Failures.auth("its entry for " + entry.getKey() + " must have auth and nothing else");
            }
            RegistryAuth login = LoginEntry.read(value, entry.getKey(), "it");
            if (login == null) {
                throw Failures.auth("its entry for " + entry.getKey() + " is empty");
            }
            logins.put(entry.getKey(), login);
        }
        return logins;
    }

    @Nullable
    RegistryAuth find(String key) {
        return logins.get(key);
    }
}
