// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns jobs into tasks and knows when they are done. Any number of coordinators share the partitions of {@code
 * pull.jobs}; when one falls silent the others take over what it owned.
 *
 * <p>It works on a thread of its own. While Kafka does not answer it tries again, for as long as it takes, and says so
 * once. Safe from any thread.
 */
public final class Coordinator {
    private static final Logger LOG = LoggerFactory.getLogger(Coordinator.class);
    private static final Duration FIRST_DELAY = Duration.ofMillis(200);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(5);
    private static final Duration POLITE_STOP = Duration.ofSeconds(2);
    private static final Duration HARD_STOP = Duration.ofMillis(800);

    private final CoordinatorConfig config;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CompletableFuture<@Nullable Void> ready = new CompletableFuture<>();
    private final CoordinatorCounts counts = CoordinatorCounts.atZero();
    private volatile CoordinatorHealth health = CoordinatorHealth.DOWN;
    private volatile @Nullable Session session;
    private @Nullable Thread thread;
    // Of the coordinator's thread alone:
    private final HangingTransactions hanging;
    private Duration delay = FIRST_DELAY;
    private boolean complained;
    private @Nullable String refusal;

    /** A coordinator that is not started yet. */
    public Coordinator(CoordinatorConfig config) {
        this.config = config;
        this.hanging = new HangingTransactions(config.topics(), config.clock());
    }

    /**
     * Starts it. Topics must exist.
     *
     * @return completed when it first is a member of its group and knows its partitions' state, which waits for Kafka;
     *     failed only if it is closed before
     */
    public synchronized Future<Void> start() {
        if (thread == null) {
            thread = Thread.ofPlatform().daemon().name("coordinator").start(this::run);
        }
        return onCallersContext(ready);
    }

    /** Stops it within three seconds; its partitions go to others at once. Completes always. */
    public synchronized Future<Void> close() {
        stop.countDown();
        ready.completeExceptionally(new IllegalStateException("the coordinator was closed before it was ready"));
        Session running = session;
        if (running != null) {
            running.wakeup();
        }
        Thread worker = thread;
        if (worker == null) {
            return Future.succeededFuture();
        }
        CompletableFuture<@Nullable Void> stopped = new CompletableFuture<>();
        Thread.ofVirtual().name("coordinator-stop").start(() -> {
            try {
                if (!worker.join(POLITE_STOP)) {
                    worker.interrupt();
                    if (!worker.join(HARD_STOP)) {
                        LOG.warn("The coordinator did not stop in time and is left behind");
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                stopped.complete(null);
            }
        });
        return onCallersContext(stopped);
    }

    /** What it counts, by the names of metrics. */
    public Map<String, CoordinatorCounts.Count> counts() {
        return counts.byName();
    }

    /** How it is. */
    public CoordinatorHealth health() {
        return health;
    }

    private void run() {
        while (stop.getCount() > 0) {
            try (Session current = new Session(config, hanging, counts)) {
                session = current;
                current.run(() -> stop.getCount() == 0, this::report);
            } catch (RuntimeException e) {
                complain(e);
            }
            session = null;
            health = CoordinatorHealth.DOWN;
            pause();
        }
    }

    private void report(CoordinatorHealth now) {
        if (complained) {
            LOG.info("The coordinator works again");
            complained = false;
            refusal = null;
        }
        delay = FIRST_DELAY;
        health = now;
        ready.complete(null);
    }

    private void complain(RuntimeException e) {
        // Kafka wraps what is thrown while partitions are given out; what we refuse is said whenever it changes.
        Throwable why = e.getCause() instanceof IllegalStateException ours ? ours : e;
        String refused = why instanceof IllegalStateException ? why.getMessage() : null;
        if (stop.getCount() > 0 && (!complained || (refused != null && !refused.equals(refusal)))) {
            complained = true;
            refusal = refused;
            LOG.warn("The coordinator cannot work with Kafka and tries again until it can: {}", why.toString());
            LOG.debug("The reason in full", e);
        }
    }

    private void pause() {
        try {
            if (!stop.await(delay.toMillis(), TimeUnit.MILLISECONDS)) {
                Duration twice = delay.multipliedBy(2);
                delay = twice.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : twice;
            }
        } catch (InterruptedException e) {
            // Only close() interrupts, and the latch says so, too.
        }
    }

    private static Future<Void> onCallersContext(CompletableFuture<@Nullable Void> stage) {
        Context context = Vertx.currentContext();
        return context == null ? Future.fromCompletionStage(stage) : Future.fromCompletionStage(stage, context);
    }
}
