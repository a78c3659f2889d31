// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.gateway.door.AddressCount;
import dev.pullcast.gateway.door.OpeningRate;
import dev.pullcast.gateway.door.UnreadBytes;
import dev.pullcast.gateway.security.Principal;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Whether there is room for one more stream, in all and for its client. The client is who opened the connection: a proxy
 * in front of the gateway speaks for many, and needs a bound that is theirs together.
 *
 * @param most open streams in this process
 * @param mostPerAddress of those, for one client; 0 for no bound of its own
 * @param open how many there are now
 * @param addresses of those, by client
 * @param openings how often a client may open one
 * @param snapshots streams whose client has not taken all of its snapshot yet
 */
record StreamRoom(
        int most,
        int mostPerAddress,
        AtomicInteger open,
        AddressCount addresses,
        OpeningRate openings,
        Snapshots snapshots) {
    /**
     * Streams that are still in their snapshot.
     *
     * @param most of them
     * @param now how many there are
     * @param unread bytes that wait for all clients
     */
    record Snapshots(int most, AtomicInteger now, UnreadBytes unread) {
        boolean isFull() {
            return now.get() >= most || unread.isFull();
        }
    }

    /** Who opens a stream, as far as clients can be told apart: by their login, or else by their address. */
    static String client(RoutingContext context) {
        Principal principal = Access.principal(context);
        return principal.equals(Principal.ANYBODY)
                ? "address " + address(context.request())
                : principal.via().text() + ' ' + principal.name();
    }

    /** Why there is none; empty if there is. */
    Optional<Problem> problem(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (snapshots.isFull()) {
            return Optional.of(Problem.of(
                    503, "Too many streams wait for their snapshots to be read. Try again, or at another gateway."));
        }
        if (open.get() >= most) {
            return Optional.of(
                    Problem.of(429, "There are too many open streams; try again later, or at another gateway."));
        }
        if (!openings.tryOpen(client(context), System.nanoTime())) {
            return Optional.of(Problem.of(429, "You open streams too often; keep those that are open."));
        }
        return mostPerAddress == 0 || addresses.of(address(request)) < mostPerAddress
                ? Optional.empty()
                : Optional.of(Problem.of(
                        429,
                        "Your address has " + mostPerAddress
                                + " open streams, and may have no more; close one and try again."));
    }

    /** Takes note of a stream; what is returned must be run when it is over, and may be run again. */
    Runnable take(HttpServerRequest request) {
        String address = address(request);
        addresses.add(address, 1);
        boolean[] over = {false};
        return () -> {
            if (!over[0]) {
                over[0] = true;
                addresses.remove(address, 1);
            }
        };
    }

    static String address(HttpServerRequest request) {
        @Nullable SocketAddress remote = request.remoteAddress();
        String host = remote == null ? null : remote.hostAddress();
        return host == null ? "" : host;
    }
}
