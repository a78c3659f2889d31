// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.local;

import dev.pullcast.cli.local.LocalEvents.Pull;
import dev.pullcast.cli.local.Wanted.When;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.worker.WorkerConfig;
import dev.pullcast.worker.credentials.WorkerKeyring;
import dev.pullcast.worker.engine.EngineAddress;
import dev.pullcast.worker.engine.EngineClient;
import dev.pullcast.worker.engine.EngineException;
import dev.pullcast.worker.engine.NativeTransport;
import dev.pullcast.worker.intake.PullSlots;
import dev.pullcast.worker.pull.PullReporter;
import dev.pullcast.worker.pull.PullRun;
import dev.pullcast.worker.pull.PullSpec;
import dev.pullcast.worker.pull.Timers;
import dev.pullcast.worker.registry.RegistryReader;
import dev.pullcast.worker.sizes.RegistryLayerSizes;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The worker's code in this process, for the pulls of one command. {@code tickets} belongs to the context. */
final class PullSession implements AutoCloseable {
    /** A person who waits has Ctrl-C; nothing else ends a pull that still moves. */
    private static final Duration NO_DEADLINE = Duration.ofDays(7);

    private static final Duration SMOOTH = Duration.ofMillis(100);

    private final Vertx vertx;
    private final Context context;
    private final EngineClient engine;
    private final WorkerConfig config;
    private final Map<String, String> environment;
    private final InstantSource clock;
    private final List<PullSlots.Ticket> tickets = new ArrayList<>();

    private PullSession(
            Vertx vertx,
            EngineClient engine,
            WorkerConfig config,
            Map<String, String> environment,
            InstantSource clock) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.engine = engine;
        this.config = config;
        this.environment = environment;
        this.clock = clock;
    }

    /**
     * Finds the engine.
     *
     * @throws dev.pullcast.contract.settings.Settings.InvalidSetting for a setting in the environment that cannot be used
     * @throws EngineCheck.EngineUnavailable if it does not answer
     */
    static PullSession open(@Nullable String host, Map<String, String> environment, InstantSource clock)
            throws EngineCheck.EngineUnavailable {
        WorkerConfig config = EngineCheck.settings(host, environment);
        Vertx vertx = NativeTransport.vertx(new VertxOptions().setEventLoopPoolSize(1));
        try {
            EngineClient engine = EngineCheck.open(vertx, config, environment);
            EngineCheck.check(engine.facts());
            return new PullSession(vertx, engine, config, environment, clock);
        } catch (EngineCheck.EngineUnavailable | RuntimeException e) {
            vertx.close().await();
            throw e;
        }
    }

    /** Begins; the feed ends when all have. */
    void start(Collection<Pull> pulls, LocalPull.How how, LocalEvents events, FeedQueue feed) {
        List<Pull> all = List.copyOf(pulls);
        context.runOnContext(_ -> {
            PullSlots slots = slots(how, feed);
            List<Future<Void>> ends = new ArrayList<>();
            for (Pull pull : all) {
                if (pull.wanted().when() == When.NEVER) {
                    ends.add(look(pull, events, feed));
                } else {
                    PullSlots.Ticket ticket = slots.submit(spec(pull, how));
                    tickets.add(ticket);
                    ends.add(ticket.published());
                }
            }
            Future.join(ends).onComplete(_ -> feed.end());
        });
    }

    /** Ends every pull that has not ended, from any thread. */
    void cancel(String why) {
        // The last first: a slot that gets free would be given to one that is to be cancelled, too.
        context.runOnContext(_ -> tickets.reversed().forEach(ticket -> ticket.cancel(why)));
    }

    @Override
    public void close() {
        vertx.close().await();
    }

    private PullSlots slots(LocalPull.How how, FeedQueue feed) {
        PullRun.Parts parts = new PullRun.Parts(
                engine,
                WorkerKeyring.of(vertx, config.credentials(), environment),
                Timers.of(vertx, clock),
                new SplittableRandom(),
                config.pulls().forTerminal(how.parallelism(), SMOOTH),
                new RegistryLayerSizes(
                        vertx,
                        engine,
                        new RegistryReader(config.registries(), environment),
                        config.sizes(),
                        config.engine() instanceof EngineAddress.Socket));
        return new PullSlots(parts, new PullReporter.Identity(LocalEvents.WORKER, LocalEvents.JOB), feed);
    }

    /** For what is never pulled, on an engine that gave no list of its images. */
    private Future<Void> look(Pull pull, LocalEvents events, FeedQueue feed) {
        feed.publish(events.queued(pull), 0);
        return engine.inspect(pull.localName())
                .map(found -> found.isPresent()
                        ? events.skipped(pull, found.get().digestOf(pull.reference()))
                        : events.neverPulled(pull))
                .otherwise(t ->
                        events.engineError(pull, EngineException.failureOf(t).message()))
                .compose(event -> feed.publish(event, 0));
    }

    private PullSpec spec(Pull pull, LocalPull.How how) {
        return new PullSpec(
                LocalEvents.JOB,
                pull.id(),
                pull.wanted().image(),
                pull.reference(),
                pull.wanted().platform(),
                null,
                null,
                pull.wanted().when() == When.ALWAYS ? PullPolicy.ALWAYS : PullPolicy.IF_NOT_PRESENT,
                how.retries(),
                how.timeout(),
                null,
                clock.instant().plus(NO_DEADLINE),
                0);
    }
}
