// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import static dev.pullcast.gateway.api.Routes.delete;
import static dev.pullcast.gateway.api.Routes.get;
import static dev.pullcast.gateway.api.Routes.patch;
import static dev.pullcast.gateway.api.Routes.post;
import static dev.pullcast.gateway.security.Rule.ADMIN;
import static dev.pullcast.gateway.security.Rule.ENQUEUE;
import static dev.pullcast.gateway.security.Rule.KNOWN;
import static dev.pullcast.gateway.security.Rule.OPEN;
import static dev.pullcast.gateway.security.Rule.READ;
import static dev.pullcast.gateway.security.Rule.READ_ALL;

import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.contract.process.EventLoopWatch;
import dev.pullcast.contract.process.LastResort;
import dev.pullcast.contract.sealed.RegistryLogin;
import dev.pullcast.contract.sealed.SealedFor;
import dev.pullcast.gateway.door.AnswerGate;
import dev.pullcast.gateway.door.Connections;
import dev.pullcast.gateway.enqueue.JobPublisher;
import dev.pullcast.gateway.feed.EventFeed;
import dev.pullcast.gateway.ops.GatewayMetrics;
import dev.pullcast.gateway.security.Credentials;
import dev.pullcast.gateway.security.RouteRule;
import dev.pullcast.gateway.sse.SseHub;
import dev.pullcast.gateway.sse.SseSettings;
import dev.pullcast.gateway.sse.StreamTools;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server on one event loop, with its own hub of streams. Several share a port. */
public final class HttpApi extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);
    private static final int CLOSE_SECONDS = 3;
    private static final int MAX_HEAD_BYTES = 16 * 1024;
    private static final int MAX_LOGIN_BYTES = 8 * 1024;
    /** Of one connection over HTTP/2. */
    private static final int MAX_STREAMS = 100;

    private static final long LONGEST_LOOK_MILLIS = 1_000;
    private static final String YAML = "application/yaml";
    private static final Set<String> JUST_JSON = Set.of(Requests.JSON);
    private static final String TEXT = "text/plain";
    private static final String HTML = "text/html";

    private final HttpSettings settings;
    private final Parts parts;
    private final Consumer<Bound> boundTo;
    private @Nullable HttpServer server;
    private @Nullable ServerTls tls;
    private @Nullable SseHub hub;
    private @Nullable JobWaits waits;

    /**
     * What the routes lead to.
     *
     * @param seal for logins in requests; null where they are refused
     * @param load what is under way on all event loops
     * @param startedAt of this process, UTC
     * @param credentials tell who asks
     * @param coordinator empty while it works or has no part in this process, else what is wrong
     * @param watch of all event loops
     * @param lastResort for failures that only a new process mends
     */
    public record Parts(
            EventFeed feed,
            JobPublisher publisher,
            @Nullable BiFunction<RegistryLogin, SealedFor, String> seal,
            GatewayMetrics metrics,
            Load load,
            Instant startedAt,
            InstantSource clock,
            Credentials credentials,
            Supplier<String> coordinator,
            EventLoopWatch watch,
            LastResort lastResort) {}

    /**
     * What came of starting.
     *
     * @param port that it listens on
     * @param routes that it answers, and to whom
     */
    public record Bound(int port, List<RouteRule> routes) {}

    /**
     * One server.
     *
     * @param boundTo is told when it listens, from its event loop
     */
    public HttpApi(HttpSettings settings, Parts parts, Consumer<Bound> boundTo) {
        this.settings = settings;
        this.parts = parts;
        this.boundTo = boundTo;
    }

    @Override
    public Future<?> start() {
        SseSettings sse = settings.sse();
        SseHub created = new SseHub(
                vertx,
                parts.feed(),
                new StreamTools(
                        sse,
                        parts.metrics(),
                        parts.clock(),
                        parts.load().connections().unread()));
        hub = created;
        Context own = vertx.getOrCreateContext();
        parts.watch().add("HTTP " + own.deploymentID(), task -> own.runOnContext(_ -> task.run()));
        JobWaits ends = new JobWaits(vertx, parts.feed());
        waits = ends;
        Connections connections = parts.load().connections();
        HttpServerOptions options = new HttpServerOptions()
                .setHost(settings.host())
                .setPort(settings.port())
                .setCompressionSupported(false)
                .setSendBufferSize(sse.sendBufferBytes())
                // Everything is answered on its own event loop; this way a connection needs no queue of 4 KB.
                .setStrictThreadMode(true)
                .setMaxHeaderSize(MAX_HEAD_BYTES)
                .setInitialSettings(
                        new Http2Settings().setMaxConcurrentStreams(MAX_STREAMS).setMaxHeaderListSize(MAX_HEAD_BYTES))
                .setSslHandshakeTimeout(connections.settings().headTimeout().toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
        long look = Math.clamp(connections.settings().headTimeout().toMillis() / 8, 50, LONGEST_LOOK_MILLIS);
        vertx.setPeriodic(look, _ -> connections.look());
        // The document is read once in a process, and that blocks.
        return vertx.executeBlocking(OpenApi::document, false)
                .compose(_ -> Future.all(created.start(), ends.start()))
                .compose(_ -> {
                    Router router = router(created, ends);
                    return listen(options, router)
                            .onSuccess(s -> boundTo.accept(new Bound(s.actualPort(), Routes.of(router))));
                });
    }

    private Future<HttpServer> listen(HttpServerOptions options, Router router) {
        HttpSettings.Tls files = settings.tls();
        if (files == null) {
            return listen(vertx.createHttpServer(options), router);
        }
        return ServerTls.open(vertx, files.certificate(), files.key()).compose(opened -> {
            tls = opened;
            HttpServer made = vertx.createHttpServer(opened.into(options));
            opened.serve(made);
            return listen(made, router);
        });
    }

    private Future<HttpServer> listen(HttpServer made, Router router) {
        // One that could not listen cannot be shut down either.
        return made.requestHandler(router)
                .connectionHandler(HttpApi::bound)
                .listen()
                .map(listening -> {
                    server = listening;
                    Channel channel = ServerChannel.of(made);
                    if (channel != null) {
                        channel.pipeline().addFirst(parts.load().connections().listener());
                    }
                    return listening;
                })
                .recover(failure -> Future.failedFuture(new IllegalStateException(
                        "cannot listen on " + settings.host() + ':' + settings.port() + ": " + failure.getMessage(),
                        failure)));
    }

    private static void bound(HttpConnection connection) {
        if (Exchange.door(connection) == null) {
            // It came before the bounds were there.
            connection.close();
        } else if (connection instanceof ConnectionBase base) {
            ChannelPipeline pipeline = base.channelHandlerContext().pipeline();
            if (pipeline.context(ChunkSink.ENCODER) != null) {
                pipeline.addBefore(ChunkSink.LAST, null, new AnswerGate());
            }
        }
    }

    private Router router(SseHub streams, JobWaits ends) {
        Router router = Router.router(vertx);
        Access access = new Access(parts.credentials(), parts.metrics(), parts.clock());
        Routes routes = new Routes(router, access);
        routes.around(Exchange::handle);
        routes.around(RequestIds::handle);
        routes.around(settings.isPublicTls() ? HttpApi::headersOfTls : HttpApi::headers);
        routes.around(settings.guard());
        RequestBodies bodies = new RequestBodies(vertx, parts.load().connections(), parts.metrics());
        int most = settings.limits().maxBodyBytes();
        OpsRoutes ops = new OpsRoutes(parts.feed(), parts.metrics(), parts.coordinator(), parts.watch()::problem);
        WebRoutes web = new WebRoutes(vertx);
        SessionRoutes sessions = new SessionRoutes(access, parts.credentials(), parts.clock());
        pulls(routes, bodies, ends);
        streams(routes, streams);
        routes.at(
                "/v1/session",
                Requests.JSON,
                get(KNOWN, sessions::show),
                post(OPEN, bodies.reader(Math.min(most, MAX_LOGIN_BYTES), JUST_JSON), sessions::begin),
                delete(OPEN, sessions::end));
        routes.at("/openapi.yaml", YAML, get(OPEN, web::document));
        routes.at("/asyncapi.yaml", YAML, get(OPEN, web::document));
        routes.at("/healthz", Requests.JSON, get(OPEN, ops::health));
        routes.at("/readyz", Requests.JSON, get(OPEN, ops::ready));
        routes.at("/metrics", TEXT, get(READ_ALL, ops::metrics));
        routes.at("/", HTML, get(OPEN, access.orLogin(web::index)));
        routes.at("/login", HTML, get(OPEN, web::login));
        routes.files("/[a-z]+[.]schema[.]json|/examples/[A-Za-z.]+[.]json", OPEN, web::document);
        routes.files("/.*", OPEN, web::file);
        routes.around(web::otherMethod);
        routes.otherwise(HttpApi::notFound, this::failed);
        router.errorHandler(404, HttpApi::notFound);
        return router;
    }

    private void pulls(Routes routes, RequestBodies bodies, JobWaits ends) {
        int most = settings.limits().maxBodyBytes();
        Handler<RoutingContext> body = bodies.reader(most, JUST_JSON);
        Submission submission =
                new Submission(parts.feed(), parts.publisher(), parts.load(), parts.metrics(), parts.clock());
        JobLimits limits = settings.limits().ofJobs();
        PullRoutes pulls = new PullRoutes(submission, ends, limits, parts.seal());
        FleetRoutes fleet = new FleetRoutes(parts.feed());
        CompatRoutes compat = new CompatRoutes(
                submission,
                ends,
                limits,
                new CompatRoutes.Settings(settings.compatWorker(), settings.shown(), parts.startedAt()),
                parts.seal());
        routes.at("/v1/pulls", Requests.JSON, get(READ, pulls::list), post(ENQUEUE, body, pulls::create));
        routes.at(
                "/v1/pulls/:id",
                Requests.JSON,
                get(READ, pulls::show),
                patch(ENQUEUE, bodies.reader(most, Set.of(Requests.JSON, PullRoutes.MERGE_PATCH)), pulls::change),
                delete(ENQUEUE, pulls::cancel));
        routes.at("/v1/workers", Requests.JSON, get(READ, fleet::workers));
        routes.at("/v1/workers/:id", Requests.JSON, get(READ, fleet::worker));
        routes.at("/v1/images", Requests.JSON, get(READ, fleet::images));
        routes.at("/v1/sets", Requests.JSON, get(READ, fleet::sets));
        routes.at("/ping", TEXT, get(OPEN, compat::ping));
        routes.at("/debug/dump", Requests.JSON, get(ADMIN, compat::dump));
        routes.at("/pull", Requests.JSON, post(ENQUEUE, body, compat::pull));
    }

    private void streams(Routes routes, SseHub streams) {
        SseRoute events = new SseRoute(
                parts.feed(),
                streams,
                new StreamQuery(parts.clock()),
                new StreamRoom(
                        settings.sse().maxSubscribers(),
                        settings.limits().maxStreamsPerAddress(),
                        parts.metrics().subscribers(),
                        parts.load().addresses(),
                        parts.load().openings(),
                        new StreamRoom.Snapshots(
                                settings.door().maxSnapshots(),
                                parts.metrics().snapshots(),
                                parts.load().connections().unread())),
                new CredentialWatch(vertx, parts.credentials().authenticator()));
        routes.at("/v1/pulls/:id/events", SseRoute.EVENT_STREAM, get(READ, events::ofJob));
        routes.at("/v1/events", SseRoute.EVENT_STREAM, get(READ, events::all));
        routes.at("/v1/workers/:id/events", SseRoute.EVENT_STREAM, get(READ, events::ofWorker));
    }

    private static void headers(RoutingContext context) {
        context.response()
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin")
                .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                .putHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
                .putHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        context.next();
    }

    /** Where others than this machine are served over TLS, browsers shall not try it without. */
    private static void headersOfTls(RoutingContext context) {
        context.response().putHeader("Strict-Transport-Security", "max-age=31536000");
        headers(context);
    }

    private static void notFound(RoutingContext context) {
        Problem.of(404, "There is nothing at " + context.normalizedPath() + ".").answer(context);
    }

    private void failed(RoutingContext context) {
        if (context.failure() != null) {
            parts.lastResort().look(context.failure());
        }
        int status = context.statusCode();
        if (status == 413) {
            Problem.of(413, "The body is too large.").answer(context);
        } else if (status >= 400 && status < 500) {
            Problem.of(status, "The request cannot be read.").answer(context);
        } else {
            LOG.error(
                    "{} {} failed, request {}",
                    context.request().method(),
                    context.normalizedPath(),
                    RequestIds.of(context),
                    context.failure());
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
        if (waits != null) {
            waits.close();
        }
        if (tls != null) {
            tls.close();
        }
        return server == null ? Future.succeededFuture() : server.shutdown(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
}
