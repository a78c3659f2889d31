// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import dev.pullcast.contract.net.Cidr;
import dev.pullcast.contract.net.HostAndPort;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Bounds of questions to registries.
 *
 * @param timeout for one question with all its requests, waiting for its turn included
 * @param maxManifestBytes of a manifest or an index, after decompression
 * @param maxAtOnce questions under way at the same time, to all registries
 * @param privateHosts names, {@code .domains} and networks that may be reached at any unicast address
 * @param certificates folder of Docker's {@code certs.d}
 */
public record RegistrySettings(
        Duration timeout, int maxManifestBytes, int maxAtOnce, List<String> privateHosts, Path certificates) {
    /** For programs without settings. OCI's distribution specification names 4 MiB for manifests. */
    public static final RegistrySettings DEFAULT =
            new RegistrySettings(Duration.ofSeconds(10), 4 << 20, 8, List.of(), Path.of("/etc/docker/certs.d"));

    /**
     * Checks the hosts.
     *
     * @throws IllegalArgumentException for an entry that is neither a name nor a network
     */
    public RegistrySettings {
        privateHosts = privateHosts.stream()
                .map(each -> each.strip().toLowerCase(Locale.ROOT))
                .toList();
        for (String entry : privateHosts) {
            boolean badNetwork = entry.indexOf('/') >= 0 && Cidr.read(entry) == null;
            HostAndPort parts = HostAndPort.read(entry);
            if (badNetwork || parts.host().isEmpty() || parts.port() == HostAndPort.BAD_PORT) {
                throw new IllegalArgumentException("'" + entry
                        + "' is no registry; write registry.example.org, registry.example.org:5000, .example.org or"
                        + " 10.0.0.0/8");
            }
        }
    }

    /** Whether this host is one of {@link #privateHosts}. */
    boolean isPrivate(String host, int port, @Nullable InetAddress address) {
        String name = host.toLowerCase(Locale.ROOT);
        for (String entry : privateHosts) {
            Cidr network = Cidr.read(entry);
            if (network != null) {
                if (address != null && network.contains(address)) {
                    return true;
                }
                continue;
            }
            HostAndPort parts = HostAndPort.read(entry);
            boolean named = parts.host().startsWith(".") ? name.endsWith(parts.host()) : name.equals(parts.host());
            if (named && (parts.port() == HostAndPort.NO_PORT || parts.port() == port)) {
                return true;
            }
        }
        return false;
    }
}
