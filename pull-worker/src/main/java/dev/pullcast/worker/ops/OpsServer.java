// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.ops;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.settings.HostRule;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.HostAndPort;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** {@code GET /healthz}, {@code /readyz} and {@code /metrics}. */
public final class OpsServer {
    private static final int MAX_HEAD_BYTES = 8 * 1024;
    private static final int READ_TIMEOUT_SECONDS = 60;

    private final HttpServer server;

    private OpsServer(HttpServer server) {
        this.server = server;
    }

    /**
     * Listens.
     *
     * @param hosts by which it may be called
     * @param eventLoops empty while all of them run, else what is wrong
     * @param checks what readiness needs, by name; all true is ready
     */
    public static Future<OpsServer> listen(
            Vertx vertx,
            String host,
            int port,
            HostRule hosts,
            Supplier<String> eventLoops,
            Supplier<Map<String, Boolean>> checks,
            PrometheusMeterRegistry metrics) {
        return vertx.createHttpServer(options())
                .requestHandler(request -> {
                    if (isForUs(request, hosts)) {
                        answer(request, eventLoops.get(), checks, metrics);
                    }
                })
                .listen(port, host)
                .map(OpsServer::new);
    }

    /** The port that was bound. */
    public int port() {
        return server.actualPort();
    }

    /** Stops listening. */
    public Future<Void> close() {
        return server.close();
    }

    /** Few ask it, and shortly: what is slow or large is no request to it. */
    private static HttpServerOptions options() {
        return new HttpServerOptions()
                .setHttp2ClearTextEnabled(false)
                .setMaxHeaderSize(MAX_HEAD_BYTES)
                .setReadIdleTimeout(READ_TIMEOUT_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS);
    }

    /** Answers and returns false if a request names another host, as a web page does under a name of its own. */
    private static boolean isForUs(HttpServerRequest request, HostRule hosts) {
        boolean several = request.headers().getAll(HttpHeaders.HOST).size() > 1;
        HostAndPort authority = request.authority();
        if (!several && authority != null && hosts.covers(authority.host())) {
            return true;
        }
        json(
                request.response(),
                several ? 400 : 421,
                Map.of(
                        "problem",
                        several
                                ? "Send one Host header."
                                : "This worker is not known by that name; use localhost, or list the name in"
                                        + " worker.ops.hosts."));
        return false;
    }

    private static void answer(
            HttpServerRequest request,
            String wedged,
            Supplier<Map<String, Boolean>> checks,
            PrometheusMeterRegistry metrics) {
        HttpServerResponse response = request.response().putHeader("Cache-Control", "no-store");
        if (!request.method().name().equals("GET") && !request.method().name().equals("HEAD")) {
            response.setStatusCode(405).putHeader("Allow", "GET, HEAD").end();
            return;
        }
        switch (String.valueOf(request.path())) {
            case "/healthz" ->
                json(
                        response,
                        wedged.isEmpty() ? 200 : 503,
                        wedged.isEmpty() ? Map.of("status", "up") : Map.of("status", "down", "problem", wedged));
            case "/readyz" -> {
                Map<String, Boolean> results = new TreeMap<>(checks.get());
                boolean ready = !results.containsValue(false);
                json(response, ready ? 200 : 503, Map.of("status", ready ? "ready" : "not ready", "checks", results));
            }
            case "/metrics" ->
                response.putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                        .end(metrics.scrape());
            default -> response.setStatusCode(404).end();
        }
    }

    private static void json(HttpServerResponse response, int status, Object body) {
        response.setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(Buffer.buffer(ContractJson.write(body)));
    }
}
