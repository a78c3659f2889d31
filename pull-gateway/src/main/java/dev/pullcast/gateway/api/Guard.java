// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages out: without a login the browser of somebody on this machine is the one way in from outside. A page
 * can reach loopback under a name of its own (DNS rebinding), so {@code Host} must be a name that means this gateway;
 * and a page of another origin names itself in {@code Origin}, which must be this gateway's own or on the list.
 *
 * @param hosts further names, lower case, without port
 * @param origins that may use the API from a browser, as {@code https://example.org}
 * @param anyAddress whether an address (never a name: names can be rebound) other than loopback's will do
 */
record Guard(Set<String> hosts, Set<String> origins, boolean anyAddress) implements Handler<RoutingContext> {
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[?::1]?");
    private static final Pattern ADDRESS =
            Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}|\\[?(?=[0-9a-f.]*+:)[0-9a-f:.]++]?");

    /** Settles the sets. */
    Guard {
        hosts = Set.copyOf(hosts);
        origins = Set.copyOf(origins);
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        HostAndPort authority = request.authority();
        String host = authority == null ? "" : authority.host().toLowerCase(Locale.ROOT);
        if (!isOurs(host)) {
            Problem.of(
                            421,
                            "This gateway is not known as '" + host
                                    + "'; use localhost, or list the name in gateway.hosts.")
                    .answer(context);
            return;
        }
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin == null) {
            context.next();
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

    private boolean isOurs(String host) {
        return LOOPBACK.matcher(host).matches()
                || hosts.contains(host)
                || (anyAddress && ADDRESS.matcher(host).matches());
    }

    private static boolean isSameOrigin(String origin, @Nullable HostAndPort authority) {
        if (authority == null) {
            return false;
        }
        String own = authority.toString();
        return origin.equalsIgnoreCase("http://" + own) || origin.equalsIgnoreCase("https://" + own);
    }
}
