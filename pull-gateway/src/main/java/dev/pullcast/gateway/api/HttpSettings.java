// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.contract.settings.HostRule;
import dev.pullcast.gateway.door.DoorSettings;
import dev.pullcast.gateway.sse.SseSettings;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the HTTP server needs to know.
 *
 * @param host address to bind
 * @param port to bind; 0 for any free one
 * @param hosts further names by which it may be called, lower case
 * @param origins of pages that may use it
 * @param anyAddress whether it may be called by any address
 * @param limits of requests
 * @param door of connections
 * @param tls certificate and key; null to speak without TLS
 * @param sse bounds of streams
 * @param compatWorker which worker the older puller's calls mean; empty for the only one
 * @param shown settings without secrets
 */
public record HttpSettings(
        String host,
        int port,
        Set<String> hosts,
        Set<String> origins,
        boolean anyAddress,
        RequestLimits limits,
        DoorSettings door,
        @Nullable Tls tls,
        SseSettings sse,
        String compatWorker,
        Map<String, String> shown) {
    /**
     * PEM files.
     *
     * @param certificate with those between it and its root
     * @param key PKCS#8, without a password
     */
    public record Tls(Path certificate, Path key) {}

    /** Settles the sets. */
    public HttpSettings {
        hosts = Set.copyOf(hosts);
        origins = Set.copyOf(origins);
        shown = Map.copyOf(shown);
    }

    /** Whether machines other than this one are served over TLS. */
    boolean isPublicTls() {
        return tls != null && !host.equals("localhost") && !host.startsWith("127.") && !host.contains("::1");
    }

    Guard guard() {
        return new Guard(new HostRule(hosts, anyAddress), origins);
    }
}
