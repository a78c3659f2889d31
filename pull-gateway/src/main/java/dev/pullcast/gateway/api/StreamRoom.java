// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
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
 */
record StreamRoom(int most, int mostPerAddress, AtomicInteger open, AddressCount addresses) {
    /** Why there is none; empty if there is. */
    Optional<Problem> problem(HttpServerRequest request) {
        if (open.get() >= most) {
            return Optional.of(
                    Problem.of(429, "There are too many open streams; try again later, or at another gateway."));
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
        addresses.add(address);
        boolean[] over = {false};
        return () -> {
            if (!over[0]) {
                over[0] = true;
                addresses.remove(address);
            }
        };
    }

    private static String address(HttpServerRequest request) {
        @Nullable SocketAddress remote = request.remoteAddress();
        String host = remote == null ? null : remote.hostAddress();
        return host == null ? "" : host;
    }
}
