// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.gateway.sse.SseSettings;
import java.util.Set;

/**
 * What the HTTP server needs to know.
 *
 * @param host address to bind
 * @param port to bind; 0 for any free one
 * @param hosts further names by which it may be called, lower case
 * @param origins of pages that may use it
 * @param anyAddress whether it may be called by any address
 * @param maxBodyBytes of a request
 * @param sse bounds of streams
 */
public record HttpSettings(
        String host,
        int port,
        Set<String> hosts,
        Set<String> origins,
        boolean anyAddress,
        int maxBodyBytes,
        SseSettings sse) {
    /** Settles the sets. */
    public HttpSettings {
        hosts = Set.copyOf(hosts);
        origins = Set.copyOf(origins);
    }

    Guard guard() {
        return new Guard(hosts, origins, anyAddress);
    }
}
