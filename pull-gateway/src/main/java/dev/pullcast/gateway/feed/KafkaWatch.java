// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Kafka every second whether it is there, because a consumer does not say: it only hears nothing. Tells when that
 * changes. Owned by the feed's thread; what it knows may be read from any.
 */
final class KafkaWatch {
    static final String SILENT = "Kafka does not answer";

    private static final Logger LOG = LoggerFactory.getLogger(KafkaWatch.class);
    private static final long PAUSE_MILLIS = 1_000;

    private final Vertx vertx;
    private final InstantSource clock;
    private final Consumer<@Nullable Outage> changed;
    private volatile @Nullable Outage outage;
    private boolean running;
    private boolean closed;

    /** One that asks nothing before {@link #run}. */
    KafkaWatch(Vertx vertx, InstantSource clock, Consumer<@Nullable Outage> changed) {
        this.vertx = vertx;
        this.clock = clock;
        this.changed = changed;
    }

    /** Null while Kafka is there, as far as it is known. */
    @Nullable
    Outage outage() {
        return outage;
    }

    /** How long Kafka has been away. */
    Duration lasted() {
        Outage now = outage;
        return now == null ? Duration.ZERO : Duration.between(now.since(), clock.instant());
    }

    /**
     * Asks from now on. The answer must come within seconds: a failure means that Kafka is away, true that all of it is
     * used, false that nothing changes.
     */
    void run(Supplier<Future<Boolean>> question) {
        if (!running && !closed) {
            running = true;
            ask(question);
        }
    }

    private void ask(Supplier<Future<Boolean>> question) {
        Instant asked = clock.instant();
        question.get().onComplete(result -> {
            if (closed) {
                return;
            }
            if (result.failed()) {
                LOG.debug("Kafka was asked in vain", result.cause());
                isAway(asked, SILENT);
            } else if (result.result()) {
                isThere();
            }
            vertx.setTimer(PAUSE_MILLIS, _ -> ask(question));
        });
    }

    /** Kafka was asked in vain at that time. */
    void isAway(Instant asked, String message) {
        Outage before = outage;
        if (before != null && before.message().equals(message)) {
            return;
        }
        if (before == null && running) {
            LOG.warn("{}; until it does, jobs are refused, and streams say so", message);
        }
        tell(new Outage(before == null ? asked : before.since(), message));
    }

    private void isThere() {
        if (outage != null) {
            LOG.info("Kafka is back after {} s", lasted().toSeconds());
            tell(null);
        }
    }

    private void tell(@Nullable Outage now) {
        outage = now;
        changed.accept(now);
    }

    void close() {
        closed = true;
    }
}
