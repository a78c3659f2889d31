// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** The dashboard and the contract's documents, from the class path. Files are read once, off the event loop. */
final class WebRoutes {
    private static final String DASHBOARD = "web/";
    private static final String DOCUMENTS = "dev/pullcast/schemas/";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+(?:[./][A-Za-z0-9_-]+)*");
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml",
            "png", "image/png",
            "ico", "image/x-icon",
            "json", "application/json",
            "yaml", "application/yaml");
    private static final String POLICY =
            "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

    private final Vertx vertx;
    private final Map<String, Buffer> files = new ConcurrentHashMap<>();

    WebRoutes(Vertx vertx) {
        this.vertx = vertx;
    }

    void index(RoutingContext context) {
        send(context, DASHBOARD + "index.html");
    }

    void login(RoutingContext context) {
        send(context, DASHBOARD + "login.html");
    }

    void file(RoutingContext context) {
        String name = context.normalizedPath().substring(1);
        if (NAME.matcher(name).matches()) {
            send(context, DASHBOARD + name);
        } else {
            context.next();
        }
    }

    void document(RoutingContext context) {
        send(context, DOCUMENTS + context.normalizedPath().substring(1));
    }

    /** Tells which methods there are for a file, or goes on where there is none. */
    void otherMethod(RoutingContext context) {
        String name = context.normalizedPath().substring(1);
        if (!NAME.matcher(name).matches()) {
            context.next();
            return;
        }
        vertx.executeBlocking(() -> exists(DASHBOARD + name) || exists(DOCUMENTS + name), false)
                .onSuccess(found -> {
                    if (Boolean.TRUE.equals(found)) {
                        Requests.otherMethod(context, "GET, HEAD, OPTIONS");
                    } else {
                        context.next();
                    }
                })
                .onFailure(context::fail);
    }

    private static boolean exists(String resource) {
        return WebRoutes.class.getClassLoader().getResource(resource) != null;
    }

    private void send(RoutingContext context, String resource) {
        Buffer known = files.get(resource);
        if (known != null) {
            send(context, resource, known);
            return;
        }
        vertx.executeBlocking(() -> read(resource), false)
                .onSuccess(found -> found.ifPresentOrElse(
                        bytes -> {
                            files.put(resource, bytes);
                            send(context, resource, bytes);
                        },
                        context::next))
                .onFailure(context::fail);
    }

    private static Optional<Buffer> read(String resource) throws IOException {
        try (InputStream in = WebRoutes.class.getClassLoader().getResourceAsStream(resource)) {
            return in == null ? Optional.empty() : Optional.of(Buffer.buffer(in.readAllBytes()));
        }
    }

    private static void send(RoutingContext context, String resource, Buffer bytes) {
        String suffix = resource.substring(resource.lastIndexOf('.') + 1);
        String type = TYPES.getOrDefault(suffix, "application/octet-stream");
        if (!Requests.accepts(context, type.replaceFirst(";.*", ""))) {
            return;
        }
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, type)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                .putHeader("Content-Security-Policy", POLICY);
        Exchange.end(context, bytes);
    }
}
