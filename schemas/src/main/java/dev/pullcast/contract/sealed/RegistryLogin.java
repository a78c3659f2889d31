// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.sealed;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * What one registry is logged in to with, in the clear: Docker's AuthConfig, with its names in JSON. It exists only
 * before sealing and after opening; {@link #toString()} shows no secret.
 *
 * @param username with {@code password}; null where a token does
 * @param password of the user, or an access token used as one
 * @param identityToken of an OAuth2 login; then user name and password are not used
 * @param registryToken a bearer token that is sent as it is
 * @param serverAddress the registry's host, with its port if it has one ({@code docker.io} for Docker Hub): the login is
 *     sent to no other
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record RegistryLogin(
        @Nullable String username,
        @Nullable String password,
        @JsonProperty("identitytoken") @Nullable String identityToken,
        @JsonProperty("registrytoken") @Nullable String registryToken,
        @JsonProperty("serveraddress") @Nullable String serverAddress) {
    @Override
    public String toString() {
        return "RegistryLogin[" + serverAddress + "]";
    }
}
