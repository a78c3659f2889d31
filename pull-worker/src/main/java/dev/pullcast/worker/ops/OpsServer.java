// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.ops;

import dev.pullcast.contract.codec.ContractJson;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** {@code GET /healthz}, {@code /readyz} and {@code /metrics}. */
public final class OpsServer {
    private final HttpServer server;

    private OpsServer(HttpServer server) {
        this.server = server;
    }

    /**
     * Listens.
     *
     * @param checks what readiness needs, by name; all true is ready
     */
    public static Future<OpsServer> listen(
            Vertx vertx,
            String host,
            int port,
            Supplier<Map<String, Boolean>> checks,
            PrometheusMeterRegistry metrics) {
        return vertx.createHttpServer()
                .requestHandler(request -> answer(request, checks, metrics))
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

    private static void answer(
            HttpServerRequest request, Supplier<Map<String, Boolean>> checks, PrometheusMeterRegistry metrics) {
        HttpServerResponse response = request.response().putHeader("Cache-Control", "no-store");
        if (!request.method().name().equals("GET") && !request.method().name().equals("HEAD")) {
            response.setStatusCode(405).putHeader("Allow", "GET, HEAD").end();
            return;
        }
        switch (String.valueOf(request.path())) {
            case "/healthz" -> json(response, 200, Map.of("status", "up"));
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
