// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.contract.settings.HostRule;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages out: without a login the browser of somebody on this machine is the one way in from outside. A page
 * can reach loopback under a name of its own (DNS rebinding), so {@code Host} must be a name that means this gateway;
 * and a page of another origin names itself in {@code Origin}, which must be this gateway's own or on the list.
 *
 * @param hosts by which the gateway may be called
 * @param origins that may use the API from a browser, as {@code https://example.org}
 */
record Guard(HostRule hosts, Set<String> origins) implements Handler<RoutingContext> {
    /** Settles the set. */
    Guard {
        origins = Set.copyOf(origins);
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (request.headers().getAll(HttpHeaders.HOST).size() > 1) {
            // RFC 9112, 3.2: a proxy in front may have looked at the other one.
            Problem.of(400, "Send one Host header.").answer(context);
            return;
        }
        HostAndPort authority = request.authority();
        String host = authority == null ? "" : authority.host().toLowerCase(Locale.ROOT);
        if (!hosts.covers(host)) {
            Problem.of(
                            421,
                            "This gateway is not known as '" + host
                                    + "'; use localhost, or list the name in gateway.hosts.")
                    .answer(context);
            return;
        }
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin == null) {
            if (isEmbedded(request)) {
                Problem.of(403, "Pages of other origins may not embed what this gateway answers.")
                        .answer(context);
            } else {
                context.next();
            }
            return;
        }
        if (!isSameOrigin(origin, authority) && !origins.contains(origin)) {
            Problem.of(
                            403,
                            "Pages of the origin '" + origin
                                    + "' may not use this gateway; list it in gateway.cors.origins.")
                    .answer(context);
            return;
        }
        if (origins.contains(origin)) {
            allow(context, origin);
        }
        if (HttpMethod.OPTIONS.equals(request.method()) && request.getHeader("Access-Control-Request-Method") != null) {
            context.response()
                    .putHeader("Access-Control-Allow-Methods", "GET, HEAD, POST, PATCH, DELETE")
                    .putHeader(
                            "Access-Control-Allow-Headers",
                            "Authorization, Content-Type, Last-Event-ID, Prefer, Idempotency-Key, X-Request-Id")
                    .putHeader("Access-Control-Max-Age", "600")
                    .setStatusCode(204)
                    .end();
            return;
        }
        context.next();
    }

    /**
     * Whether a page of another origin loads it as an image, a script or a frame, for which browsers send no {@code
     * Origin}: it could not read the answer, but hold streams open. Following a link is allowed (W3C Fetch Metadata).
     */
    private static boolean isEmbedded(HttpServerRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        boolean foreign = "cross-site".equals(site) || "same-site".equals(site);
        return foreign
                && !("navigate".equals(request.getHeader("Sec-Fetch-Mode"))
                        && "document".equals(request.getHeader("Sec-Fetch-Dest")));
    }

    private static void allow(RoutingContext context, String origin) {
        context.response()
                .putHeader("Access-Control-Allow-Origin", origin)
                .putHeader("Access-Control-Allow-Credentials", "true")
                .putHeader(
                        "Access-Control-Expose-Headers",
                        "Location, Retry-After, Link, Preference-Applied, Idempotency-Replayed, WWW-Authenticate,"
                                + " X-Request-Id")
                .putHeader(HttpHeaders.VARY, "Origin");
    }

    private static boolean isSameOrigin(String origin, @Nullable HostAndPort authority) {
        if (authority == null) {
            return false;
        }
        String own = authority.toString();
        return origin.equalsIgnoreCase("http://" + own) || origin.equalsIgnoreCase("https://" + own);
    }
}
