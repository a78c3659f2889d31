// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.gateway.feed.EventFeed;
import dev.pullcast.gateway.feed.Outage;
import dev.pullcast.gateway.ops.GatewayMetrics;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** What orchestrators and Prometheus ask. */
final class OpsRoutes {
    private final EventFeed feed;
    private final GatewayMetrics metrics;
    private final Supplier<String> coordinator;
    private final Supplier<String> eventLoops;

    /**
     * Over these parts.
     *
     * @param coordinator empty while it works or has no part in this process, else what is wrong
     * @param eventLoops empty while all of them run, else what is wrong
     */
    OpsRoutes(EventFeed feed, GatewayMetrics metrics, Supplier<String> coordinator, Supplier<String> eventLoops) {
        this.eventLoops = eventLoops;
        this.feed = feed;
        this.metrics = metrics;
        this.coordinator = coordinator;
    }

    void health(RoutingContext context) {
        String problem = eventLoops.get();
        if (problem.isEmpty()) {
            Requests.json(context, 200, Map.of("status", "UP"));
        } else {
            Requests.json(context, 503, Map.of("status", "DOWN", "checks", Map.of("event-loops", "DOWN: " + problem)));
        }
    }

    void ready(RoutingContext context) {
        feed.behind().onComplete(behind -> {
            Map<String, String> checks = new LinkedHashMap<>();
            checks.put("kafka", behind.succeeded() ? "UP" : "DOWN: " + kafkaProblem());
            checks.put("feed", feed.caughtUp().isComplete() ? "UP" : "DOWN: the past is still being read");
            String problem = coordinator.get();
            checks.put("coordinator", problem.isEmpty() ? "UP" : "DOWN: " + problem);
            if (behind.succeeded()) {
                metrics.behind().set(behind.result());
            }
            String wedged = eventLoops.get();
            checks.put("event-loops", wedged.isEmpty() ? "UP" : "DOWN: " + wedged);
            boolean up = checks.values().stream().allMatch("UP"::equals);
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("status", up ? "UP" : "DOWN");
            body.put("checks", checks);
            Requests.json(context, up ? 200 : 503, body);
        });
    }

    private String kafkaProblem() {
        Outage away = feed.outage();
        return away == null ? "Kafka does not answer" : away.message() + ", since " + away.since();
    }

    void metrics(RoutingContext context) {
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        Exchange.end(context, Buffer.buffer(metrics.scrape()));
    }
}
