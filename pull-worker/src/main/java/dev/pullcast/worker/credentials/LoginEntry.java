// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import dev.pullcast.worker.engine.RegistryAuth;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One value under {@code auths}: {@code auth}, or user name and password, or tokens. */
final class LoginEntry {
    private LoginEntry() {}

    /**
     * Reads it.
     *
     * @param key of the registry, as the engine is told
     * @param place for the message
     * @return null if nothing is in it
     * @throws dev.pullcast.worker.engine.EngineException if {@code auth} is not what Docker writes
     */
    static @Nullable RegistryAuth read(JsonNode entry, String key, String place) {
        String username = entry.path("username").asString("");
        String password = entry.path("password").asString("");
        String packed = entry.path("auth").asString("");
        if (!packed.isEmpty()) {
            String pair = unpack(packed, key, place);
            int colon = pair.indexOf(':');
            if (colon < 1) {
                throw Failures.auth("the login for " + key + " in " + place
                        + " is not base64 of user:password; log in again there");
            }
            username = pair.substring(0, colon);
            password = trimNul(pair.substring(colon + 1));
        }
        String identityToken = entry.path("identitytoken").asString("");
        String registryToken = entry.path("registrytoken").asString("");
        if (username.isEmpty() && identityToken.isEmpty() && registryToken.isEmpty()) {
            return null;
        }
        return new RegistryAuth(username, password, key, blankToNull(identityToken), blankToNull(registryToken));
    }

    private static String unpack(String packed, String key, String place) {
        try {
            // Go's decoder skips line ends, and the kubelet's takes it without padding.
            byte[] bytes =
                    Base64.getDecoder().decode(packed.strip().replace("\r", "").replace("\n", ""));
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Failures.auth("the login for " + key + " in " + place + " is not base64; log in again there");
        }
    }

    /** Docker drops the NUL padding that some tools write around a password. */
    private static String trimNul(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && text.charAt(start) == '\0') {
            start++;
        }
        while (end > start && text.charAt(end - 1) == '\0') {
            end--;
        }
        return text.substring(start, end);
    }

    static @Nullable String blankToNull(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }
}
