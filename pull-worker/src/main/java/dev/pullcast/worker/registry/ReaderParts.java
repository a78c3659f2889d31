// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import dev.pullcast.contract.net.Cidr;
import dev.pullcast.contract.net.Proxy;
import dev.pullcast.contract.net.ProxyRules;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What all questions of one reader share. */
record ReaderParts(
        RegistrySettings settings, AddressRules rules, CertsFolder certificates, ProxyRules proxies, Lookups lookups) {
    @Nullable
    Proxy proxyFor(boolean tls, String host, int port) throws RegistryException {
        try {
            return proxies.proxyFor(tls, host, port);
        } catch (IllegalArgumentException e) {
            throw new RegistryException(Refusal.UNREACHABLE, String.valueOf(e.getMessage()));
        }
    }

    /** Those of a host; of a name that a proxy looks up, none. */
    List<InetAddress> addresses(String host, boolean proxied, Deadline deadline) throws RegistryException {
        if (proxied) {
            InetAddress literal = Cidr.literal(host);
            return literal == null ? List.of() : List.of(literal);
        }
        return lookups.find(host, deadline);
    }
}
