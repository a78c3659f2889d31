// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.net.Cidr;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * How an engine treats registries, as its {@code /info} says.
 *
 * @param mirrors addresses by the registry that they stand for, in the engine's order; registries without one are left
 *     out
 * @param insecure registries ({@code host[:port]}) and networks ({@code 10.0.0.0/8}) for which the engine accepts any
 *     certificate and plain HTTP
 */
public record RegistryRules(Map<String, List<String>> mirrors, List<String> insecure) {
    /** Of an engine that says nothing. */
    static final RegistryRules NONE = new RegistryRules(Map.of(), List.of());

    /** Settles the collections. */
    public RegistryRules {
        mirrors = Map.copyOf(mirrors);
        insecure = List.copyOf(insecure);
    }

    /** From the {@code RegistryConfig} of Docker's {@code /info}; Podman's has the same shape. */
    static RegistryRules of(JsonNode config) {
        Map<String, List<String>> mirrors = new TreeMap<>();
        TreeSet<String> insecure = new TreeSet<>();
        config.path("InsecureRegistryCIDRs").forEach(each -> insecure.add(each.asString("")));
        config.path("IndexConfigs").propertyStream().forEach(index -> {
            if (!index.getValue().path("Secure").asBoolean(true)) {
                insecure.add(index.getKey());
            }
            List<String> these = new ArrayList<>();
            index.getValue().path("Mirrors").forEach(each -> these.add(each.asString("")));
            if (!these.isEmpty()) {
                mirrors.put(index.getKey(), these);
            }
        });
        insecure.remove("");
        return new RegistryRules(mirrors, List.copyOf(insecure));
    }

    /** The address that the engine asks first in the registry's place, as the engine writes it; null for none. */
    public @Nullable String firstMirrorOf(String registry) {
        List<String> these = mirrors.get(registry);
        return these == null ? null : these.getFirst();
    }

    /** {@code host[:port]} of a mirror's address. */
    public static String hostOf(String address) {
        int scheme = address.indexOf("://");
        String rest = scheme < 0 ? address : address.substring(scheme + "://".length());
        int slash = rest.indexOf('/');
        return slash < 0 ? rest : rest.substring(0, slash);
    }

    /** Whether the engine was told by name that this registry ({@code host[:port]}) is insecure. */
    public boolean names(String registry) {
        return insecure.contains(registry);
    }

    /**
     * Whether the engine accepts any certificate, and plain HTTP, of this registry.
     *
     * @param registry {@code host[:port]}
     * @param addresses that its name has
     */
    public boolean isInsecure(String registry, List<InetAddress> addresses) {
        return names(registry)
                || insecure.stream()
                        .map(Cidr::read)
                        .filter(Objects::nonNull)
                        .anyMatch(network -> addresses.stream().anyMatch(network::contains));
    }
}
