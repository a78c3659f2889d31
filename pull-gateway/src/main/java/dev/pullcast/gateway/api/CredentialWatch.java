// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.gateway.security.Authenticator;
import dev.pullcast.gateway.security.Principal;
import dev.pullcast.gateway.sse.OpenStream;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Ends streams whose credentials do not hold any longer, within {@value #PERIOD_MILLIS} ms: the token or the login has
 * expired, or was taken away, or its rights have changed. Owned by one event loop.
 */
final class CredentialWatch {
    private static final long PERIOD_MILLIS = 1_000;

    private final Authenticator authenticator;
    private final Map<Principal, List<OpenStream>> streams = new HashMap<>();

    /** Watches, on the current context. */
    CredentialWatch(Vertx vertx, Authenticator authenticator) {
        this.authenticator = authenticator;
        if (authenticator.isRequired()) {
            vertx.setPeriodic(PERIOD_MILLIS, _ -> look());
        }
    }

    void add(Principal principal, OpenStream stream) {
        if (authenticator.isRequired()) {
            streams.computeIfAbsent(principal, _ -> new ArrayList<>()).add(stream);
        }
    }

    private void look() {
        for (Iterator<Map.Entry<Principal, List<OpenStream>>> all =
                        streams.entrySet().iterator();
                all.hasNext(); ) {
            var entry = all.next();
            if (!authenticator.isAlive(entry.getKey())) {
                all.remove();
                entry.getValue().forEach(stream -> stream.refuse(401, "the credentials do not hold any longer"));
            } else {
                entry.getValue().removeIf(OpenStream::isClosed);
                if (entry.getValue().isEmpty()) {
                    all.remove();
                }
            }
        }
    }
}
