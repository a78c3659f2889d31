// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.gateway.enqueue.JobPublisher;
import dev.pullcast.gateway.feed.EventFeed;
import dev.pullcast.gateway.ops.GatewayMetrics;
import dev.pullcast.gateway.sse.SseHub;
import dev.pullcast.gateway.sse.SseSettings;
import dev.pullcast.gateway.sse.StreamTools;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server on one event loop, with its own hub of streams. Several share a port. */
public final class HttpApi extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);
    private static final int CLOSE_SECONDS = 3;

    private final HttpSettings settings;
    private final Parts parts;
    private final IntConsumer boundTo;
    private @Nullable HttpServer server;
    private @Nullable SseHub hub;

    /**
     * What the routes lead to.
     *
     * @param coordinator empty while it works or has no part in this process, else what is wrong
     */
    public record Parts(
            EventFeed feed,
            JobPublisher publisher,
            GatewayMetrics metrics,
            InstantSource clock,
            Supplier<String> coordinator) {}

    /**
     * One server.
     *
     * @param boundTo is told the port, from its event loop
     */
    public HttpApi(HttpSettings settings, Parts parts, IntConsumer boundTo) {
        this.settings = settings;
        this.parts = parts;
        this.boundTo = boundTo;
    }

    @Override
    public Future<?> start() {
        SseSettings sse = settings.sse();
        SseHub created = new SseHub(vertx, parts.feed(), new StreamTools(sse, parts.metrics(), parts.clock()));
        hub = created;
        HttpServer made = vertx.createHttpServer(new HttpServerOptions()
                        .setHost(settings.host())
                        .setPort(settings.port())
                        .setCompressionSupported(false)
                        .setMaxHeaderSize(16 * 1024))
                .requestHandler(router(created));
        server = made;
        return created.start().compose(_ -> made.listen()).onSuccess(s -> boundTo.accept(s.actualPort()));
    }

    private Router router(SseHub streams) {
        Router router = Router.router(vertx);
        router.route().handler(HttpApi::headers);
        router.route().handler(settings.guard());
        EventFeed feed = parts.feed();
        PullRoutes pulls = new PullRoutes(
                parts.publisher(),
                feed,
                parts.metrics(),
                new JobLimits(
                        settings.maxBodyBytes(),
                        JobLimits.DEFAULT.maxDepth(),
                        JobLimits.DEFAULT.maxImages(),
                        JobLimits.DEFAULT.maxWorkers(),
                        JobLimits.DEFAULT.maxLabels()),
                parts.clock());
        SseRoute events = new SseRoute(
                feed,
                streams,
                new StreamQuery(parts.clock()),
                () -> parts.metrics().subscribers().get() < settings.sse().maxSubscribers());
        OpsRoutes ops = new OpsRoutes(feed, parts.metrics(), parts.coordinator());
        WebRoutes web = new WebRoutes(vertx);
        router.post("/v1/pulls").handler(BodyHandler.create(false).setBodyLimit(settings.maxBodyBytes()));
        route(router, "/v1/pulls", Map.of("GET", pulls::list, "POST", pulls::create));
        route(router, "/v1/pulls/:id", Map.of("GET", pulls::show, "DELETE", pulls::cancel));
        route(router, "/v1/pulls/:id/events", Map.of("GET", events::ofJob));
        route(router, "/v1/events", Map.of("GET", events::all));
        route(router, "/v1/workers", Map.of("GET", pulls::workers));
        route(router, "/openapi.yaml", Map.of("GET", web::document));
        route(router, "/asyncapi.yaml", Map.of("GET", web::document));
        route(router, "/healthz", Map.of("GET", ops::health));
        route(router, "/readyz", Map.of("GET", ops::ready));
        route(router, "/metrics", Map.of("GET", ops::metrics));
        route(router, "/", Map.of("GET", web::index));
        router.getWithRegex("/[a-z]+[.]schema[.]json|/examples/[A-Za-z.]+[.]json")
                .handler(web::document);
        router.get().handler(web::file);
        router.head().handler(web::file);
        router.route().failureHandler(HttpApi::failed);
        router.route().handler(HttpApi::notFound);
        router.errorHandler(404, HttpApi::notFound);
        return router;
    }

    /** HEAD comes with GET; any other method is answered with those that there are. */
    private static void route(Router router, String path, Map<String, Handler<RoutingContext>> handlers) {
        Map<String, Handler<RoutingContext>> all = new LinkedHashMap<>(handlers);
        Handler<RoutingContext> get = handlers.get("GET");
        if (get != null) {
            all.put("HEAD", get);
        }
        all.forEach((method, handler) ->
                router.route(HttpMethod.valueOf(method), path).handler(handler));
        String allow = all.keySet().stream().sorted().collect(Collectors.joining(", "));
        router.route(path).handler(context -> {
            if (all.containsKey(context.request().method().name())) {
                context.next();
                return;
            }
            context.response().putHeader(HttpHeaders.ALLOW, allow);
            Problem.of(405, context.request().method() + " is not possible here; " + allow + " is.")
                    .answer(context);
        });
    }

    private static void headers(RoutingContext context) {
        context.response()
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin");
        context.next();
    }

    private static void notFound(RoutingContext context) {
        Problem.of(404, "There is nothing at " + context.normalizedPath() + ".").answer(context);
    }

    private static void failed(RoutingContext context) {
        int status = context.statusCode();
        if (status == 413) {
            Problem.of(413, "The body is too large.").answer(context);
        } else if (status >= 400 && status < 500) {
            Problem.of(status, "The request cannot be read.").answer(context);
        } else {
            LOG.error("{} {} failed", context.request().method(), context.normalizedPath(), context.failure());
            Problem.of(500, "This is a fault of the gateway; its log says more.")
                    .answer(context);
        }
    }

    /** Ends streams with a word on when to come back, then waits a moment for requests under way. */
    @Override
    public Future<?> stop() {
        if (hub != null) {
            hub.close();
        }
        return server == null ? Future.succeededFuture() : server.shutdown(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
}
