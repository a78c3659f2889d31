// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import dev.pullcast.contract.kafka.Right;
import dev.pullcast.contract.kafka.Rights;
import dev.pullcast.contract.kafka.TopicSetup;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.contract.process.EventLoopWatch;
import dev.pullcast.contract.process.LastResort;
import dev.pullcast.gateway.api.HttpApi;
import dev.pullcast.gateway.api.Load;
import dev.pullcast.gateway.coordinator.Coordinator;
import dev.pullcast.gateway.coordinator.CoordinatorConfig;
import dev.pullcast.gateway.door.Connections;
import dev.pullcast.gateway.door.DirectMemory;
import dev.pullcast.gateway.door.DoorSettings;
import dev.pullcast.gateway.door.OpenFiles;
import dev.pullcast.gateway.enqueue.FleetKeyTopic;
import dev.pullcast.gateway.enqueue.JobPublisher;
import dev.pullcast.gateway.enqueue.Sealer;
import dev.pullcast.gateway.feed.EventFeed;
import dev.pullcast.gateway.feed.KafkaLog;
import dev.pullcast.gateway.fleet.FleetView;
import dev.pullcast.gateway.ops.GatewayMetrics;
import dev.pullcast.gateway.security.Credentials;
import dev.pullcast.gateway.security.RouteRule;
import dev.pullcast.gateway.tenants.FleetKey;
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
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A gateway: all its parts, started in order and stopped in the reverse. Used by its own program and by others. */
public final class Gateway {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final long RETRY_MILLIS = 1_000;

    private final Vertx vertx;
    private final GatewayConfig config;
    private final InstantSource clock;
    private final LastResort lastResort;
    private final EventLoopWatch watch;
    private final GatewayMetrics metrics = new GatewayMetrics();
    private final Load load;
    private volatile HttpApi.Bound bound = new HttpApi.Bound(-1, List.of());
    private volatile @Nullable Coordinator coordinator;
    private volatile @Nullable KafkaLog kafka;
    private final List<Supplier<Future<?>>> stops = Collections.synchronizedList(new ArrayList<>());
    private String complaint = "";
    private volatile boolean closed;

    /** A gateway that does nothing before {@link #start()}, and that only logs what only a new process would mend. */
    public Gateway(Vertx vertx, GatewayConfig config, InstantSource clock) {
        this(
                vertx,
                config,
                clock,
                new LastResort((code, why) -> LOG.error("{}: a process of its own would end with {}", why, code)));
    }

    /**
     * A gateway that does nothing before {@link #start()}. The caller closes Vert.x.
     *
     * @param lastResort is used when memory is used up, or an event loop does not run any longer
     */
    public Gateway(Vertx vertx, GatewayConfig config, InstantSource clock, LastResort lastResort) {
        this.vertx = vertx;
        this.config = config;
        this.clock = clock;
        this.lastResort = lastResort;
        this.watch =
                new EventLoopWatch(config.downSeconds(), config.wedgedSeconds(), lastResort, DirectMemory::problem);
        this.load = new Load(config.http().limits(), connections());
    }

    /**
     * Completes when it answers HTTP and Kafka was asked once. Kafka may come later, and its past may still be read then;
     * {@code /readyz} says when that is done. Fails when the port is taken, when Kafka refuses this process, or its topics
     * do not fit; what had started has been stopped again.
     */
    public Future<Void> start() {
        boolean withApi = config.roles().contains(GatewayConfig.Role.API);
        Future<Optional<Api>> api = withApi ? startApi().map(Optional::of) : Future.succeededFuture(Optional.empty());
        // Kafka's client takes about as long to load as all else.
        Future<KafkaLog> ahead = open();
        return api.compose(parts -> ahead.transform(_ -> meetKafka(parts)))
                .recover(failure -> close().transform(_ -> Future.failedFuture(failure)));
    }

    /** What of the API needs Kafka. */
    private record Api(EventFeed feed, JobPublisher publisher) {}

    /** It passes by itself, so it is worth waiting for. */
    private static final class NotNow extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotNow(Throwable cause) {
            super(cause.getMessage(), cause, false, false);
        }
    }

    private Future<Void> meetKafka(Optional<Api> api) {
        return tryKafka(api).recover(failure -> {
            if (!(failure instanceof NotNow)) {
                return Future.failedFuture(failure);
            }
            tryLater(api, failure);
            return Future.succeededFuture();
        });
    }

    private void tryLater(Optional<Api> api, Throwable failure) {
        String words = String.valueOf(failure.getMessage());
        if (!words.equals(complaint)) {
            complaint = words;
            LOG.warn(
                    "Kafka at {} cannot be used yet; it is asked again every second, and until then jobs are refused: {}",
                    config.feed().kafka().get("bootstrap.servers"),
                    words);
        }
        api.ifPresent(parts -> parts.feed()
                .noKafka(failure instanceof NotNow ? "Kafka does not answer" : "Kafka is not as it must be"));
        vertx.setTimer(RETRY_MILLIS, _ -> {
            if (!closed) {
                tryKafka(api).onSuccess(_ -> LOG.info("Kafka is there")).onFailure(again -> tryLater(api, again));
            }
        });
    }

    /** Everything that needs Kafka, in order; what was done before is not done again. */
    private Future<Void> tryKafka(Optional<Api> api) {
        return reach().compose(log -> topics().compose(_ -> startCoordinator(api.isEmpty()))
                .compose(_ -> api.isEmpty() ? Future.succeededFuture() : connect(api.get(), log)));
    }

    private Future<KafkaLog> reach() {
        KafkaLog known = kafka;
        Future<KafkaLog> opened = known != null ? Future.succeededFuture(known) : open();
        return opened.compose(log -> log.clusterId().map(log)).recover(Gateway::notNow);
    }

    private Future<KafkaLog> open() {
        return KafkaLog.open(vertx, config.feed().kafka()).onSuccess(this::keep);
    }

    private synchronized void keep(KafkaLog log) {
        kafka = log;
        if (closed) {
            log.close();
        }
        stops.addFirst(() -> {
            log.close();
            return Future.succeededFuture();
        });
    }

    private Future<Void> connect(Api api, KafkaLog log) {
        return api.publisher()
                .open()
                .compose(_ -> fleetKey())
                .compose(key -> api.feed().connect(log, this::topics, key))
                .recover(Gateway::notNow);
    }

    private Future<FleetKey> fleetKey() {
        return vertx.executeBlocking(
                        () -> FleetKeyTopic.load(
                                config.feed().kafka(), config.feed().topics()),
                        false)
                .map(Objects::requireNonNull)
                .onSuccess(load::learn);
    }

    private static <T> Future<T> notNow(Throwable failure) {
        return Future.failedFuture(KafkaLog.isPassing(failure) ? new NotNow(failure) : failure);
    }

    /** Beside the API it may come later: {@code /readyz} says when it has. */
    private synchronized Future<Void> startCoordinator(boolean awaited) {
        if (closed || coordinator != null || !config.roles().contains(GatewayConfig.Role.COORDINATOR)) {
            return Future.succeededFuture();
        }
        Coordinator starting = new Coordinator(new CoordinatorConfig(
                config.feed().kafka(),
                config.feed().topics(),
                clock,
                config.jobs(),
                CoordinatorConfig.DEFAULT_SESSION_TIMEOUT));
        coordinator = starting;
        starting.counts().forEach((name, total) -> metrics.count(name, total.description(), total.value()::sum));
        // It goes last, so that what its end means can still be told.
        stops.addFirst(starting::close);
        Future<Void> started = starting.start();
        return awaited ? started : Future.succeededFuture();
    }

    private String coordinatorProblem() {
        if (!config.roles().contains(GatewayConfig.Role.COORDINATOR)) {
            return "";
        }
        Coordinator running = coordinator;
        return running != null && running.health().ready() ? "" : "the coordinator is not ready";
    }

    private Future<Void> topics() {
        Map<String, Object> settings = new HashMap<>(config.feed().kafka());
        return vertx.executeBlocking(
                        () -> TopicSetup.ensure(
                                settings, config.feed().topics(), config.partitions(), config.replication(), rights()),
                        false)
                .compose(result -> check(Objects.requireNonNull(result)));
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
            case TopicSetup.Unusable unusable -> {
                IllegalStateException problem = new IllegalStateException(unusable.problem());
                yield Future.failedFuture(unusable.passing() ? new NotNow(problem) : problem);
            }
        };
    }

    private Future<Api> startApi() {
        return Credentials.open(vertx, config.security(), clock).compose(credentials -> {
            stops.add(credentials::close);
            metrics.keysAge(credentials.keysAge());
            EventFeed feed = new EventFeed(
                    config.feed(), new FleetView(config.finished(), config.state(), clock), clock, metrics);
            return sealer().compose(seal -> startApi(feed, seal, credentials));
        });
    }

    private Future<Optional<Sealer>> sealer() {
        Path keys = config.sealingKeys();
        return keys == null
                ? Future.succeededFuture(Optional.empty())
                : Sealer.open(vertx, keys)
                        .onSuccess(opened -> stops.add(opened::close))
                        .map(Optional::of);
    }

    private Future<Api> startApi(EventFeed feed, Optional<Sealer> seal, Credentials credentials) {
        JobPublisher publisher = new JobPublisher(
                vertx, config.feed().kafka(), config.feed().topics(), config.publishTimeout(), metrics);
        HttpApi.Parts parts = new HttpApi.Parts(
                feed,
                publisher,
                seal.orElse(null),
                metrics,
                load,
                clock.instant(),
                clock,
                credentials,
                this::coordinatorProblem,
                watch,
                lastResort);
        return vertx.deployVerticle(feed)
                .compose(id -> {
                    stops.add(() -> vertx.undeploy(id));
                    stops.add(publisher::close);
                    stops.add(() -> {
                        watch.close();
                        return Future.succeededFuture();
                    });
                    watch.add("the feed", feed::run);
                    watch.start();
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
                .map(new Api(feed, publisher));
    }

    private Connections connections() {
        DoorSettings door = config.http().door().within(OpenFiles.limit());
        if (door.maxConnections() < config.http().door().maxConnections()) {
            LOG.info(
                    "at most {} connections: this process may have {} files open",
                    door.maxConnections(),
                    OpenFiles.limit());
        }
        return new Connections(door, metrics, lastResort::look);
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
        for (Supplier<Future<?>> stop : stopping()) {
            done = done.transform(_ -> stop.get()).transform(result -> {
                if (result.failed()) {
                    LOG.warn("a part did not stop well: {}", result.cause().toString());
                }
                return Future.succeededFuture();
            });
        }
        return done.onComplete(_ -> metrics.close());
    }

    private synchronized List<Supplier<Future<?>>> stopping() {
        closed = true;
        List<Supplier<Future<?>>> all = List.copyOf(stops).reversed();
        stops.clear();
        return all;
    }
}
