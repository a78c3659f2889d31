// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import dev.pullcast.contract.kafka.Right;
import dev.pullcast.contract.kafka.Rights;
import dev.pullcast.contract.kafka.TopicSetup;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.gateway.api.HttpApi;
import dev.pullcast.gateway.api.Load;
import dev.pullcast.gateway.coordinator.Coordinator;
import dev.pullcast.gateway.coordinator.CoordinatorConfig;
import dev.pullcast.gateway.enqueue.JobPublisher;
import dev.pullcast.gateway.enqueue.Sealer;
import dev.pullcast.gateway.feed.EventFeed;
import dev.pullcast.gateway.fleet.FleetView;
import dev.pullcast.gateway.ops.GatewayMetrics;
import dev.pullcast.gateway.security.Credentials;
import dev.pullcast.gateway.security.RouteRule;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A gateway: all its parts, started in order and stopped in the reverse. Used by its own program and by others. */
public final class Gateway {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    private final Vertx vertx;
    private final GatewayConfig config;
    private final InstantSource clock;
    private final GatewayMetrics metrics = new GatewayMetrics();
    private volatile HttpApi.Bound bound = new HttpApi.Bound(-1, List.of());
    private volatile @Nullable Coordinator coordinator;
    private final List<Supplier<Future<?>>> stops = Collections.synchronizedList(new ArrayList<>());

    /** A gateway that does nothing before {@link #start()}. The caller closes Vert.x. */
    public Gateway(Vertx vertx, GatewayConfig config, InstantSource clock) {
        this.vertx = vertx;
        this.config = config;
        this.clock = clock;
    }

    /**
     * Completes when it answers HTTP. The past may still be read then; {@code /readyz} says when that is done. Fails when
     * Kafka cannot be reached, topics cannot be made, or the port is taken; what had started has been stopped again.
     */
    public Future<Void> start() {
        return startRoles().recover(failure -> close().transform(_ -> Future.failedFuture(failure)));
    }

    private Future<Void> startRoles() {
        boolean withApi = config.roles().contains(GatewayConfig.Role.API);
        return topics().compose(_ -> startCoordinator(!withApi))
                .compose(_ -> withApi ? startParts() : Future.succeededFuture());
    }

    /** Beside the API it may come later: {@code /readyz} says when it has. */
    private Future<Void> startCoordinator(boolean awaited) {
        if (!config.roles().contains(GatewayConfig.Role.COORDINATOR)) {
            return Future.succeededFuture();
        }
        Coordinator starting = new Coordinator(new CoordinatorConfig(
                config.feed().kafka(),
                config.feed().topics(),
                clock,
                config.jobs(),
                CoordinatorConfig.DEFAULT_SESSION_TIMEOUT));
        coordinator = starting;
        stops.add(starting::close);
        Future<Void> started = starting.start();
        return awaited ? started : Future.succeededFuture();
    }

    private String coordinatorProblem() {
        Coordinator running = coordinator;
        return running == null || running.health().ready() ? "" : "the coordinator is not ready";
    }

    private Future<Void> topics() {
        Map<String, Object> kafka = new HashMap<>(config.feed().kafka());
        return vertx.executeBlocking(
                        () -> TopicSetup.ensure(
                                kafka, config.feed().topics(), config.partitions(), config.replication(), rights()),
                        false)
                .compose(result -> result == null ? Future.failedFuture("no answer") : check(result));
    }

    private List<Right> rights() {
        Topics topics = config.feed().topics();
        List<Right> all = new ArrayList<>();
        for (GatewayConfig.Role role : config.roles()) {
            all.addAll(
                    switch (role) {
                        case API -> Rights.ofApi(topics);
                        case COORDINATOR -> Rights.ofCoordinator(topics);
                    });
        }
        return all.stream().distinct().toList();
    }

    private static Future<Void> check(TopicSetup.Result result) {
        return switch (result) {
            case TopicSetup.Ready ready -> {
                if (!ready.created().isEmpty()) {
                    LOG.info("created topics {}", ready.created());
                }
                yield Future.succeededFuture();
            }
            case TopicSetup.Unusable unusable -> Future.failedFuture(unusable.problem());
        };
    }

    private Future<Void> startParts() {
        return Credentials.open(vertx, config.security(), clock).compose(credentials -> {
            stops.add(credentials::close);
            return startParts(credentials);
        });
    }

    private Future<Void> startParts(Credentials credentials) {
        EventFeed feed = new EventFeed(config.feed(), new FleetView(config.finished(), clock), clock, metrics);
        return sealer().compose(seal -> startApi(feed, seal, credentials));
    }

    private Future<Optional<Sealer>> sealer() {
        Path keys = config.sealingKeys();
        return keys == null
                ? Future.succeededFuture(Optional.empty())
                : Sealer.open(vertx, keys)
                        .onSuccess(opened -> stops.add(opened::close))
                        .map(Optional::of);
    }

    private Future<Void> startApi(EventFeed feed, Optional<Sealer> seal, Credentials credentials) {
        return vertx.deployVerticle(feed)
                .compose(id -> {
                    stops.add(() -> vertx.undeploy(id));
                    JobPublisher publisher = new JobPublisher(
                            vertx, config.feed().kafka(), config.feed().topics(), config.publishTimeout(), metrics);
                    stops.add(publisher::close);
                    HttpApi.Parts parts = new HttpApi.Parts(
                            feed,
                            publisher,
                            seal.orElse(null),
                            metrics,
                            new Load(config.http().limits()),
                            clock.instant(),
                            clock,
                            credentials,
                            this::coordinatorProblem);
                    return vertx.deployVerticle(
                            () -> new HttpApi(config.http(), parts, now -> bound = now),
                            new DeploymentOptions().setInstances(instances()));
                })
                .onSuccess(id -> {
                    stops.add(() -> vertx.undeploy(id));
                    LOG.info(
                            "listening on {}://{}:{}",
                            config.http().tls() == null ? "http" : "https",
                            config.http().host(),
                            port());
                })
                .mapEmpty();
    }

    /** Event loops cannot share a port that is not known before. */
    private int instances() {
        return config.http().port() == 0 ? 1 : config.eventLoops();
    }

    /** The port that it listens on, also when any free one was asked for; -1 before it has started. */
    public int port() {
        return bound.port();
    }

    /** What it answers and to whom; empty before it has started. */
    public List<RouteRule> routes() {
        return bound.routes();
    }

    /** Ends streams, finishes requests, lets go of Kafka. Completes whatever happens. */
    public Future<Void> close() {
        Future<Void> done = Future.succeededFuture();
        for (Supplier<Future<?>> stop : List.copyOf(stops).reversed()) {
            done = done.transform(_ -> stop.get()).transform(result -> {
                if (result.failed()) {
                    LOG.warn("a part did not stop well: {}", result.cause().toString());
                }
                return Future.succeededFuture();
            });
        }
        stops.clear();
        return done.onComplete(_ -> metrics.close());
    }
}
