// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import dev.pullcast.contract.net.Cidr;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Which addresses a registry and its token server may have. Names that strangers choose can point anywhere: at this
 * machine, at the network behind it, at the cloud's own addresses. So the addresses count, not the names.
 */
final class AddressRules {
    private final RegistrySettings settings;

    AddressRules(RegistrySettings settings) {
        this.settings = settings;
    }

    /**
     * Those of the registry's addresses that may be connected to. A private one is the usual case of a company's
     * registry and takes a certificate for its name; loopback needs an address or {@code localhost} as the name; what is
     * link-local must be named by the settings or by the engine's mirrors and insecure registries.
     */
    List<InetAddress> ofRegistry(ManifestRequest wanted, String host, int port, List<InetAddress> found)
            throws RegistryException {
        List<InetAddress> permitted = new ArrayList<>();
        for (InetAddress address : found) {
            boolean configured =
                    wanted.mirror() || wanted.rules().names(wanted.server()) || settings.isPrivate(host, port, address);
            boolean may = switch (AddressKind.of(address)) {
                case PUBLIC, PRIVATE -> true;
                case LOOPBACK -> configured || isNamedForLoopback(host);
                case LINK_LOCAL -> configured;
                case NO_HOST -> false;
            };
            if (may) {
                permitted.add(address);
            }
        }
        return orRefuse(permitted, host);
    }

    /**
     * Those of a token server's addresses that may be connected to: public ones, and those no narrower than the
     * registry's own.
     */
    List<InetAddress> ofRealm(String host, int port, List<InetAddress> found, Registry registry)
            throws RegistryException {
        List<InetAddress> permitted = new ArrayList<>();
        for (InetAddress address : found) {
            AddressKind kind = AddressKind.of(address);
            boolean may = kind == AddressKind.PUBLIC
                    || (kind != AddressKind.NO_HOST
                            && (settings.isPrivate(host, port, address)
                                    || registry.addresses().contains(address)
                                    || (kind != AddressKind.LINK_LOCAL && kind.compareTo(registry.kind()) <= 0)));
            if (may) {
                permitted.add(address);
            }
        }
        return orRefuse(permitted, host);
    }

    /** The addresses of a registry that may be connected to. */
    record Registry(List<InetAddress> addresses) {
        AddressKind kind() {
            return addresses.stream()
                    .map(AddressKind::of)
                    .min(AddressKind::compareTo)
                    .orElse(AddressKind.PUBLIC);
        }
    }

    private static List<InetAddress> orRefuse(List<InetAddress> permitted, String host) throws RegistryException {
        if (permitted.isEmpty()) {
            throw new RegistryException(
                    Refusal.ADDRESS,
                    host + " is at an address that is not connected to; if it should be, add it to registry.private");
        }
        return permitted;
    }

    private static boolean isNamedForLoopback(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost") || name.endsWith(".localhost") || Cidr.literal(host) != null;
    }
}
