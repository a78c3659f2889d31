// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker;

import dev.pullcast.contract.kafka.Rights;
import dev.pullcast.contract.kafka.TopicSetup;
import dev.pullcast.contract.process.EventLoopWatch;
import dev.pullcast.contract.process.LastResort;
import dev.pullcast.worker.credentials.WorkerKeyring;
import dev.pullcast.worker.engine.EngineAddress;
import dev.pullcast.worker.engine.EngineClient;
import dev.pullcast.worker.engine.Engines;
import dev.pullcast.worker.intake.BroughtImages;
import dev.pullcast.worker.intake.PullSlots;
import dev.pullcast.worker.intake.TaskConsumer;
import dev.pullcast.worker.log.PullLog;
import dev.pullcast.worker.ops.OpsServer;
import dev.pullcast.worker.presence.IdentityGuard;
import dev.pullcast.worker.presence.Presence;
import dev.pullcast.worker.publish.KafkaEventPublisher;
import dev.pullcast.worker.publish.Producers;
import dev.pullcast.worker.pull.EngineWatch;
import dev.pullcast.worker.pull.PresentImages;
import dev.pullcast.worker.pull.PullReporter;
import dev.pullcast.worker.pull.PullRun;
import dev.pullcast.worker.pull.Timers;
import dev.pullcast.worker.registry.Refusal;
import dev.pullcast.worker.registry.RegistryReader;
import dev.pullcast.worker.sizes.RegistryLayerSizes;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.producer.KafkaProducer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A whole worker, to be started once and closed once. */
public final class Worker {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
    /** Of an event loop that does not answer, until health says so, and until the process ends. */
    private static final int DOWN_SECONDS = 10;

    private static final int WEDGED_SECONDS = 60;
    private static final Duration LAST_WORDS = Duration.ofSeconds(3);

    private final EventLoopWatch watch;
    private final Vertx vertx;
    private final Context context;
    private final WorkerConfig config;
    private final PullReporter.Identity identity;
    private final InstantSource clock = InstantSource.system();
    private final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private @Nullable Parts parts;
    private @Nullable IdentityGuard guard;
    private @Nullable PullLog log;
    private @Nullable OpsServer ops;

    /** What runs between start and close. */
    private record Parts(
            EngineClient engine,
            KafkaProducer<String, byte[]> producer,
            KafkaEventPublisher publisher,
            PullSlots slots,
            TaskConsumer tasks,
            Presence presence,
            RegistryReader registries) {}

    /**
     * A worker that waits for {@link #start()}.
     *
     * @param vertx from {@link dev.pullcast.worker.engine.NativeTransport}
     * @param incarnation differs from every earlier run's
     */
    public Worker(Vertx vertx, WorkerConfig config, String incarnation) {
        this(vertx, config, incarnation, new LastResort((code, why) -> LOG.error("{} ({})", why, code)));
    }

    /**
     * The same.
     *
     * @param lastResort is used when the worker's event loop does not run any longer
     */
    public Worker(Vertx vertx, WorkerConfig config, String incarnation, LastResort lastResort) {
        this.watch = new EventLoopWatch(DOWN_SECONDS, WEDGED_SECONDS, lastResort, () -> "");
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.config = config;
        this.identity = new PullReporter.Identity(config.id(), incarnation);
    }

    /**
     * Makes sure of topics and id, says hello, takes tasks. An engine that does not answer is waited for.
     *
     * @return fails if Kafka cannot be used or the id is taken
     */
    public Future<Void> start() {
        return onContext(() -> vertx.executeBlocking(() -> {
                    if (TopicSetup.ensure(
                                    new HashMap<>(config.kafka()),
                                    config.topics(),
                                    config.partitions(),
                                    config.replication(),
                                    Rights.ofWorker(config.topics(), config.id()))
                            instanceof TopicSetup.Unusable unusable) {
                        throw new IllegalStateException("cannot use Kafka at "
                                + config.kafka().get("bootstrap.servers") + ": " + unusable.problem());
                    }
                    return IdentityGuard.take(
                            identity,
                            config.dataFolder().resolve("lock-" + TaskConsumer.fileName(config.id())),
                            config.kafka(),
                            config.topics(),
                            clock);
                })
                .onSuccess(taken -> guard = taken)
                .compose(_ -> vertx.executeBlocking(() -> config.log() == null ? null : PullLog.open(config.log())))
                .onSuccess(opened -> log = opened)
                .compose(_ -> vertx.executeBlocking(this::readPresent))
                .compose(saved -> startParts(saved.length == 0 ? null : saved)));
    }

    private Path presentFile() {
        return config.dataFolder().resolve("present-" + TaskConsumer.fileName(config.id()) + ".json");
    }

    private byte[] readPresent() throws IOException {
        return Files.exists(presentFile()) ? Files.readAllBytes(presentFile()) : new byte[0];
    }

    private Future<Void> writePresent(byte[] content) {
        return vertx.executeBlocking(() -> {
                    Path fresh = presentFile().resolveSibling(presentFile().getFileName() + ".new");
                    Files.write(fresh, content);
                    return Files.move(
                            fresh, presentFile(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                })
                .mapEmpty();
    }

    private Future<Void> startParts(byte @Nullable [] present) {
        EngineClient engine =
                Engines.open(vertx, config.engineMode(), config.engine(), config.dockerCommand(), System.getenv());
        KafkaProducer<String, byte[]> producer = Producers.create(vertx, config.kafka());
        KafkaEventPublisher publisher = new KafkaEventPublisher(vertx, producer, config.topics());
        RegistryReader registries = new RegistryReader(config.registries(), System.getenv());
        PullRun.Parts work = new PullRun.Parts(
                engine,
                WorkerKeyring.of(vertx, config.credentials(), System.getenv()),
                Timers.of(vertx, clock),
                RandomGenerator.getDefault(),
                config.pulls(),
                new EngineWatch(new PresentImages(config.verifyPresent(), present, this::writePresent)),
                new RegistryLayerSizes(
                        vertx, engine, registries, config.sizes(), config.engine() instanceof EngineAddress.Socket));
        PullSlots slots = new PullSlots(work, identity, log == null ? publisher : log.before(publisher));
        TaskConsumer tasks = new TaskConsumer(
                vertx,
                config.id(),
                config.topics(),
                slots,
                new BroughtImages(
                        vertx,
                        config.id(),
                        engine,
                        publisher,
                        clock,
                        config.dataFolder().resolve("sets-" + TaskConsumer.fileName(config.id()))),
                clock,
                new TaskConsumer.Kafka(config.kafka(), config.dataFolder()));
        Presence presence = new Presence(
                vertx,
                producer,
                config.topics(),
                new Presence.Self(identity, config.labels(), config.heartbeatSeconds(), version()),
                engine,
                slots,
                clock);
        Parts started = new Parts(engine, producer, publisher, slots, tasks, presence, registries);
        parts = started;
        register(started);
        watch.add("the worker", task -> context.runOnContext(_ -> task.run()));
        watch.start();
        return OpsServer.listen(
                        vertx,
                        config.opsHost(),
                        config.opsPort(),
                        config.opsHosts(),
                        watch::problem,
                        () -> checks(started),
                        metrics)
                .onSuccess(server -> ops = server)
                .compose(_ -> tasks.start())
                .compose(_ -> presence.start())
                .onSuccess(_ -> LOG.info("worker {} takes tasks for the engine at {}", config.id(), config.engine()));
    }

    private static Map<String, Boolean> checks(Parts parts) {
        return Map.of("engine", parts.presence().isEngineThere());
    }

    private void register(Parts p) {
        Gauge.builder("pullcast.worker.pulls.running", p.slots(), PullSlots::running)
                .register(metrics);
        Gauge.builder("pullcast.worker.pulls.queued", p.slots(), PullSlots::queued)
                .register(metrics);
        Gauge.builder("pullcast.worker.events.backlog", p.publisher(), KafkaEventPublisher::backlog)
                .register(metrics);
        FunctionCounter.builder("pullcast.worker.events.published", p.publisher(), KafkaEventPublisher::published)
                .register(metrics);
        FunctionCounter.builder("pullcast.worker.events.conflated", p.publisher(), KafkaEventPublisher::conflated)
                .register(metrics);
        FunctionCounter.builder("pullcast.worker.events.lost", p.publisher(), KafkaEventPublisher::lost)
                .register(metrics);
        for (Refusal kind : Refusal.values()) {
            FunctionCounter.builder("pullcast.worker.registry.refusals", p.registries(), it -> it.refusals(kind))
                    .tag("kind", kind.label())
                    .register(metrics);
        }
        Gauge.builder("pullcast.worker.engine.up", p.presence(), presence -> presence.isEngineThere() ? 1 : 0)
                .register(metrics);
    }

    /** The port of health and metrics; 0 before the start. */
    public int opsPort() {
        return ops == null ? 0 : ops.port();
    }

    /** Pulls that are open, as {@code job/pull}. */
    public List<String> open() {
        return parts == null ? List.of() : parts.tasks().open();
    }

    /**
     * Takes no more tasks, lets running pulls finish for a while, reports, leaves. What is still open then is taken up
     * again by the next start.
     */
    public Future<Void> close() {
        watch.close();
        return onContext(() -> {
            Parts p = parts;
            if (p == null) {
                return closeFiles();
            }
            p.tasks().stopReading();
            return bounded(p.presence().drain(), LAST_WORDS)
                    .compose(_ -> bounded(p.tasks().drained(), Duration.ofSeconds(config.drainSeconds())))
                    .compose(_ -> {
                        List<String> left = p.tasks().open();
                        if (!left.isEmpty()) {
                            LOG.warn(
                                    "leaving {} pulls open, the next start takes them up again: {}", left.size(), left);
                        }
                        return bounded(p.tasks().close(), LAST_WORDS);
                    })
                    .compose(_ -> bounded(p.presence().leave(), LAST_WORDS))
                    .compose(_ -> bounded(p.engine().close(), LAST_WORDS))
                    .compose(_ -> vertx.executeBlocking(() -> {
                        p.producer().unwrap().close(LAST_WORDS);
                        return null;
                    }))
                    .compose(_ -> ops == null ? Future.succeededFuture() : ops.close())
                    .transform(_ -> closeFiles());
        });
    }

    private Future<Void> closeFiles() {
        IdentityGuard taken = guard;
        PullLog opened = log;
        return vertx.executeBlocking(() -> {
                    if (opened != null) {
                        opened.close();
                    }
                    if (taken != null) {
                        taken.close();
                    }
                    return config;
                })
                .mapEmpty();
    }

    /** Whatever happens, the way out goes on. */
    private static Future<Void> bounded(Future<Void> future, Duration most) {
        return future.timeout(Math.max(1, most.toMillis()), TimeUnit.MILLISECONDS)
                .otherwiseEmpty();
    }

    private Future<Void> onContext(java.util.function.Supplier<Future<Void>> work) {
        Promise<Void> promise = Promise.promise();
        context.runOnContext(_ -> work.get().onComplete(promise));
        return promise.future();
    }

    /** The version of this program, as built. */
    public static String version() {
        String version = Worker.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
