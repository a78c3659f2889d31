// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.local;

import dev.pullcast.cli.render.Display;
import dev.pullcast.cli.render.Show;
import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.image.ImageReference.InvalidReference;
import dev.pullcast.contract.image.Platform;
import dev.pullcast.contract.job.PullId;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.worker.credentials.CredentialSettings;
import dev.pullcast.worker.credentials.WorkerKeyring;
import dev.pullcast.worker.engine.EngineAddress;
import dev.pullcast.worker.engine.EngineClient;
import dev.pullcast.worker.engine.NativeTransport;
import dev.pullcast.worker.intake.PullSlots;
import dev.pullcast.worker.pull.PullReporter;
import dev.pullcast.worker.pull.PullRun;
import dev.pullcast.worker.pull.PullSettings;
import dev.pullcast.worker.pull.PullSpec;
import dev.pullcast.worker.pull.Timers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Pulls images onto one engine with the worker's own code, and shows them. */
public final class LocalPull {
    private static final String JOB = "local";
    private static final String WORKER = "local";
    /** A person who waits has Ctrl-C; nothing else ends a pull that still moves. */
    private static final Duration NO_DEADLINE = Duration.ofDays(7);

    private static final Duration SMOOTH = Duration.ofMillis(100);
    private static final int ITEMS_BEFORE_PROGRESS_IS_LEFT_OUT = 10_000;

    private final Request request;
    private final InstantSource clock;
    private final FeedQueue feed = new FeedQueue(ITEMS_BEFORE_PROGRESS_IS_LEFT_OUT);

    /**
     * What to pull.
     *
     * @param images as people write them
     * @param platform null for the engine's own
     * @param policy when to ask the registry
     * @param parallelism pulls at once
     */
    public record Request(List<String> images, @Nullable String platform, PullPolicy policy, int parallelism) {}

    private LocalPull(Request request, InstantSource clock) {
        this.request = request;
        this.clock = clock;
    }

    /**
     * Blocks until every pull has ended.
     *
     * @param host the engine, in the forms of {@code DOCKER_HOST}; null for what the environment says
     * @param environment of the process
     * @throws IllegalArgumentException for an engine's address or a platform that cannot be understood
     * @throws EngineCheck.EngineUnavailable if the engine does not answer
     * @throws InterruptedException if the thread was interrupted
     */
    public static Show.Result run(
            Request request,
            @Nullable String host,
            Map<String, String> environment,
            Display display,
            InstantSource clock)
            throws EngineCheck.EngineUnavailable, InterruptedException {
        if (request.platform() != null) {
            Platform.parse(request.platform());
        }
        EngineAddress address = EngineAddress.of(host, environment);
        Vertx vertx = NativeTransport.vertx(new VertxOptions().setEventLoopPoolSize(1));
        try {
            EngineClient engine = EngineCheck.open(vertx, host, address, environment);
            EngineCheck.check(engine);
            LocalPull pull = new LocalPull(request, clock);
            vertx.runOnContext(_ -> pull.submit(vertx, engine, environment));
            return Show.run(pull.feed.queue(), display, clock);
        } finally {
            vertx.close().await();
        }
    }

    private void submit(Vertx vertx, EngineClient engine, Map<String, String> environment) {
        PullSettings defaults = PullSettings.DEFAULT;
        PullSettings settings = new PullSettings(
                request.parallelism(),
                defaults.backoffLimit(),
                defaults.backoffBase(),
                defaults.backoffCap(),
                defaults.timeout(),
                SMOOTH);
        PullRun.Parts parts = new PullRun.Parts(
                engine,
                WorkerKeyring.of(vertx, CredentialSettings.NONE, environment),
                Timers.of(vertx, clock),
                new SplittableRandom(),
                settings);
        PullSlots slots = new PullSlots(parts, new PullReporter.Identity(WORKER, JOB), feed);
        List<Future<Void>> ends = new ArrayList<>();
        specs().values().forEach(spec -> ends.add(slots.submit(spec).published()));
        Future.join(ends).onComplete(_ -> feed.end());
    }

    /** Equal pulls once; what is no reference fails at once and does not stop the others. */
    private Map<String, PullSpec> specs() {
        Map<String, PullSpec> specs = new LinkedHashMap<>();
        for (String image : request.images()) {
            try {
                ImageReference reference = ImageReference.parse(image);
                String id = PullId.of(reference.canonical(), request.platform());
                specs.putIfAbsent(id, spec(id, image, reference));
            } catch (InvalidReference e) {
                feed.publish(invalid(image, String.valueOf(e.getMessage())), 0);
            }
        }
        return specs;
    }

    private PullSpec spec(String id, String image, ImageReference reference) {
        return new PullSpec(
                JOB,
                id,
                image,
                reference,
                request.platform(),
                null,
                null,
                request.policy(),
                null,
                null,
                null,
                clock.instant().plus(NO_DEADLINE),
                0);
    }

    private PullEvent.Failed invalid(String image, String message) {
        PullOrigin origin = new PullOrigin(
                JOB,
                WORKER,
                PullId.of(image, request.platform()),
                JOB,
                image,
                image,
                request.platform(),
                null,
                0,
                0,
                1,
                clock.instant().truncatedTo(ChronoUnit.MILLIS));
        FailureReason reason = FailureReason.INVALID_REFERENCE;
        return new PullEvent.Failed(origin, reason, reason.retryable(), 0, message, reason.hint());
    }
}
