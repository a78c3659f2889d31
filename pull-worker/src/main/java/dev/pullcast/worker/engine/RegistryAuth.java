// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.pullcast.contract.codec.ContractJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Credentials for one registry. Nothing but {@link #header()} shows them.
 *
 * @param serverAddress the registry, as Docker names it
 * @param identityToken of an OAuth2 login; then user name and password are not used
 * @param registryToken a bearer token to be sent as it is
 */
public record RegistryAuth(
        @Nullable String username,
        @Nullable String password,
        String serverAddress,
        @Nullable String identityToken,
        @Nullable String registryToken) {

    /**
     * The value of {@code X-Registry-Auth}: <em>padded</em> base64url of Docker's AuthConfig. Docker ignores silently
     * what it cannot decode and then pulls anonymously.
     */
    public String header() {
        byte[] json =
                ContractJson.write(new AuthConfig(username, password, serverAddress, identityToken, registryToken));
        return Base64.getUrlEncoder().encodeToString(json);
    }

    /** Every text that must not appear anywhere. */
    List<String> secrets() {
        List<String> secrets = new ArrayList<>();
        for (String secret : new @Nullable String[] {password, identityToken, registryToken}) {
            if (secret != null && !secret.isEmpty()) {
                secrets.add(secret);
            }
        }
        if (password != null && !password.isEmpty()) {
            // As HTTP's basic authentication and Docker's files write it.
            byte[] pair = (username + ":" + password).getBytes(StandardCharsets.UTF_8);
            secrets.add(Base64.getEncoder().encodeToString(pair));
        }
        return secrets;
    }

    @Override
    public String toString() {
        return "RegistryAuth[" + serverAddress + "]";
    }

    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    private record AuthConfig(
            @Nullable String username,
            @Nullable String password,
            String serveraddress,
            @Nullable String identitytoken,
            @Nullable String registrytoken) {
        @Override
        public String toString() {
            return "AuthConfig[" + serveraddress + "]";
        }
    }
}
