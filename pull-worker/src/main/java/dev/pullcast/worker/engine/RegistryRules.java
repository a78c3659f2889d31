// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    /**
     * Whether the engine accepts any certificate, and plain HTTP, of this registry. May look its name up; for threads
     * that may wait.
     *
     * @param registry {@code host[:port]}
     */
    public boolean isInsecure(String registry) {
        if (insecure.contains(registry)) {
            return true;
        }
        return insecure.stream().anyMatch(each -> each.contains("/"))
                && addresses(registry).stream()
                        .anyMatch(address -> insecure.stream().anyMatch(network -> contains(network, address)));
    }

    /** Whether the registry is on the very machine of whoever asks for it. May look its name up. */
    public static boolean isLoopback(String registry) {
        return addresses(registry).stream().anyMatch(InetAddress::isLoopbackAddress);
    }

    private static List<InetAddress> addresses(String registry) {
        int colon = registry.lastIndexOf(':');
        boolean withPort = colon > registry.lastIndexOf(']');
        try {
            return List.of(InetAddress.getAllByName(withPort ? registry.substring(0, colon) : registry));
        } catch (UnknownHostException e) {
            return List.of(); // known to the engine alone, as behind a proxy
        }
    }

    private static boolean contains(String network, InetAddress address) {
        int slash = network.indexOf('/');
        if (slash < 0) {
            return false;
        }
        try {
            byte[] base = InetAddress.ofLiteral(network.substring(0, slash)).getAddress();
            byte[] own = address.getAddress();
            int bits = Integer.parseInt(network.substring(slash + 1));
            return base.length == own.length && bits <= base.length * Byte.SIZE && equalBits(base, own, bits);
        } catch (IllegalArgumentException e) {
            return false; // a form that this engine knows and we do not
        }
    }

    private static boolean equalBits(byte[] one, byte[] other, int bits) {
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> (i % Byte.SIZE);
            if ((one[i / Byte.SIZE] & mask) != (other[i / Byte.SIZE] & mask)) {
                return false;
            }
        }
        return true;
    }
}
