// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.PullId;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.contract.settings.Settings;
import dev.pullcast.worker.engine.EngineClient;
import dev.pullcast.worker.engine.Engines;
import dev.pullcast.worker.engine.Keyring;
import dev.pullcast.worker.engine.NativeTransport;
import dev.pullcast.worker.engine.RegistryAuth;
import dev.pullcast.worker.intake.PullSlots;
import dev.pullcast.worker.pull.PullReporter;
import dev.pullcast.worker.pull.PullRun;
import dev.pullcast.worker.pull.PullSpec;
import dev.pullcast.worker.pull.Timers;
import dev.pullcast.worker.registry.RegistryReader;
import dev.pullcast.worker.sizes.RegistryLayerSizes;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** The worker from slots to engine, configured by its own settings, with the events in a list instead of in Kafka. */
final class PullsOnAnEngine implements AutoCloseable {
    private static final int BOUND_MINUTES = 10;

    final List<PullEvent.OfPull> events = new CopyOnWriteArrayList<>();
    final EngineClient engine;

    private final Vertx vertx = NativeTransport.vertx(new VertxOptions());
    private final Context context = vertx.getOrCreateContext();
    private final PullSlots slots;
    private final Map<String, PullSlots.Ticket> tickets = new ConcurrentHashMap<>();
    private volatile @Nullable RegistryAuth auth;

    /**
     * Retries are quick and the engine is not waited for, unless the settings say something else.
     *
     * @param settings pairs of key and value
     */
    PullsOnAnEngine(String dockerHost, String... settings) {
        Map<String, String> all = new HashMap<>(Map.of(
                "worker.id", "w1",
                "engine.host", dockerHost,
                "engine.mode", "api",
                "pull.backoff-limit", "0",
                "pull.backoff-base-ms", "50",
                "pull.engine-wait-seconds", "0",
                "pull.sizes-ahead", "never",
                "pull.progress-interval-ms", "50"));
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        WorkerConfig config = WorkerConfig.of(Settings.read(WorkerConfig.KEYS, null, Map.of(), all), Map.of());
        engine = Engines.open(vertx, config.engineMode(), config.engine(), config.dockerCommand(), System.getenv());
        Keyring keyring = _ -> Future.succeededFuture(auth == null ? List.of() : List.of(auth));
        slots = new PullSlots(
                new PullRun.Parts(
                        engine,
                        keyring,
                        Timers.of(vertx, InstantSource.system()),
                        RandomGenerator.getDefault(),
                        config.pulls(),
                        new RegistryLayerSizes(
                                vertx,
                                engine,
                                new RegistryReader(config.registries(), Map.of()),
                                config.sizes(),
                                true)),
                new PullReporter.Identity("w1", "i1"),
                (event, _) -> {
                    events.add(event);
                    return Future.succeededFuture();
                });
    }

    /** What the next pulls log in with. */
    void logIn(String user, String password, String registry) {
        logIn(new RegistryAuth(user, password, registry, null, null));
    }

    void logIn(@Nullable RegistryAuth login) {
        auth = login;
    }

    Future<PullEvent.OfPull> start(String job, String image) {
        return start(job, image, PullPolicy.IF_NOT_PRESENT, null);
    }

    Future<PullEvent.OfPull> start(String job, String image, PullPolicy policy, @Nullable String platform) {
        ImageReference reference = ImageReference.parse(image);
        PullSpec spec = new PullSpec(
                job,
                PullId.of(reference.canonical(), platform),
                image,
                reference,
                platform,
                null,
                null,
                policy,
                null,
                null,
                null,
                Instant.now().plus(Duration.ofHours(1)),
                0);
        Promise<PullEvent.OfPull> end = Promise.promise();
        context.runOnContext(_ -> {
            PullSlots.Ticket ticket = slots.submit(spec);
            tickets.put(job, ticket);
            ticket.ended().onComplete(end);
        });
        return end.future();
    }

    /** Cancels the pull that was started last for this job. */
    void cancel(String job) {
        context.runOnContext(_ -> Objects.requireNonNull(tickets.get(job), job).cancel("the test cancelled it"));
    }

    PullEvent.OfPull pull(String image) {
        return await(start("job", image));
    }

    PullEvent.OfPull pull(String image, PullPolicy policy, @Nullable String platform) {
        return await(start("job", image, policy, platform));
    }

    PullEvent.Succeeded succeed(String image) {
        PullEvent.OfPull end = pull(image);
        assertThat(end).isInstanceOf(PullEvent.Succeeded.class);
        percentNeverFell();
        return (PullEvent.Succeeded) end;
    }

    PullEvent.Failed fail(String image, FailureReason reason) {
        PullEvent.OfPull end = pull(image);
        assertThat(end)
                .isInstanceOfSatisfying(
                        PullEvent.Failed.class,
                        failed ->
                                assertThat(failed.reason()).as(failed.message()).isEqualTo(reason));
        percentNeverFell();
        return (PullEvent.Failed) end;
    }

    static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(BOUND_MINUTES, TimeUnit.MINUTES)
                .join();
    }

    /** Waits until the pull that runs has told so many bytes. */
    void awaitBytes(long bytes) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> progress().stream().anyMatch(progress -> progress.bytesCurrent() >= bytes));
    }

    List<PullEvent.Progress> progress() {
        return events.stream()
                .filter(PullEvent.Progress.class::isInstance)
                .map(PullEvent.Progress.class::cast)
                .toList();
    }

    List<PullEvent.Retrying> retries() {
        return events.stream()
                .filter(PullEvent.Retrying.class::isInstance)
                .map(PullEvent.Retrying.class::cast)
                .toList();
    }

    int engineRetries() {
        return events.stream()
                .mapToInt(event -> event.origin().engineRetry())
                .max()
                .orElse(0);
    }

    /** Of any pull, over everything that was told. */
    void percentNeverFell() {
        Map<String, Double> last = new HashMap<>();
        for (PullEvent.Progress progress : progress()) {
            String pull = progress.origin().job() + ' ' + progress.origin().pull() + ' ';
            Double before = last.put(pull, progress.percent());
            assertThat(progress.percent()).as("%s", progress).isGreaterThanOrEqualTo(before == null ? 0 : before);
        }
    }

    @Override
    public void close() {
        await(engine.close());
        await(vertx.close());
    }
}
