// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.worker.EngineFacts;
import dev.pullcast.worker.engine.EngineDetails.Store;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an engine says of itself, be it over its API or through the docker command.
 *
 * @param podman rather than Docker
 * @param apiVersion in use
 * @param info the answer to {@code /info}
 */
record InfoAnswer(boolean podman, String apiVersion, JsonNode info) {
    /** As much of {@code /info} as {@code /version} tells, for an address that allows only that. */
    static JsonNode fromVersion(JsonNode version) {
        ObjectNode info = ContractJson.mapper().createObjectNode();
        info.put("ServerVersion", version.path("Version").asString(""));
        info.put("OSType", version.path("Os").asString("linux"));
        info.put("Architecture", version.path("Arch").asString(""));
        return info;
    }

    /** Whether an answer to {@code /version} is Podman's. */
    static boolean isPodman(JsonNode version) {
        return version.path("Components").path(0).path("Name").asString("").startsWith("Podman");
    }

    EngineFacts facts() {
        return new EngineFacts(
                podman ? "podman" : "docker",
                info.path("ServerVersion").asString(""),
                apiVersion,
                info.path("OSType").asString("linux"),
                goArch(info.path("Architecture").asString("")),
                text(info, "Driver"),
                text(info, "DockerRootDir"),
                null);
    }

    /** @param version the answer to {@code /version}; empty where the engine has none */
    EngineDetails details(JsonNode version) {
        return new EngineDetails(
                facts(),
                text(version, "MinAPIVersion"),
                text(version, "ApiVersion"),
                store(),
                RegistryRules.of(info.path("RegistryConfig")),
                null);
    }

    private @Nullable Store store() {
        if (podman) {
            return Store.CONTAINERS_STORAGE;
        }
        if (text(info, "Driver") == null) {
            return null;
        }
        for (JsonNode line : info.path("DriverStatus")) {
            if (line.path(1).asString("").startsWith("io.containerd.snapshotter")) {
                return Store.CONTAINERD;
            }
        }
        return Store.GRAPHDRIVER;
    }

    private static @Nullable String text(JsonNode node, String field) {
        String value = node.path(field).asString("");
        return value.isEmpty() ? null : value;
    }

    /** {@code /info} has the kernel's name for the architecture, images have Go's. */
    private static String goArch(String arch) {
        return switch (arch) {
            case "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            case "armv7l", "armv6l" -> "arm";
            case "i686", "i386" -> "386";
            default -> arch;
        };
    }
}
