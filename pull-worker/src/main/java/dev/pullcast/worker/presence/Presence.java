// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.presence;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.contract.worker.EngineFacts;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.worker.engine.EngineClient;
import dev.pullcast.worker.engine.EngineException;
import dev.pullcast.worker.intake.PullSlots;
import dev.pullcast.worker.pull.PullReporter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.producer.KafkaProducer;
import io.vertx.kafka.client.producer.KafkaProducerRecord;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Heartbeats. All fields belong to the worker's context. */
public final class Presence {
    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);
    /** An engine that unpacks layers may take long to answer; its worker lives all the same. */
    private static final int ENGINE_TIMEOUT_SECONDS = 2;

    private final Vertx vertx;
    private final KafkaProducer<String, byte[]> producer;
    private final Topics topics;
    private final Self self;
    private final EngineClient engine;
    private final PullSlots slots;
    private final InstantSource clock;
    private final Instant startedAt;

    private @Nullable EngineFacts facts;
    private WorkerStatus.@Nullable State state;
    private boolean draining;
    private boolean left;
    private boolean sending;
    private @Nullable Future<Void> looking;
    private long timer = -1;

    /**
     * What does not change about this worker.
     *
     * @param identity id and incarnation
     * @param labels for targets
     * @param heartbeatSeconds between heartbeats
     * @param version of the program
     */
    public record Self(
            PullReporter.Identity identity, Map<String, String> labels, int heartbeatSeconds, String version) {}

    /** Presence that waits for {@link #start()}. */
    public Presence(
            Vertx vertx,
            KafkaProducer<String, byte[]> producer,
            Topics topics,
            Self self,
            EngineClient engine,
            PullSlots slots,
            InstantSource clock) {
        this.vertx = vertx;
        this.producer = producer;
        this.topics = topics;
        this.self = self;
        this.engine = engine;
        this.slots = slots;
        this.clock = clock;
        this.startedAt = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /** Says hello, then keeps saying it. */
    public Future<Void> start() {
        timer = vertx.setPeriodic(self.heartbeatSeconds() * 1000L, _ -> beat());
        return beat();
    }

    /** Whether the engine answered last time. */
    public boolean isEngineThere() {
        return state == WorkerStatus.State.READY;
    }

    /** Tells everybody that no more tasks are taken. */
    public Future<Void> drain() {
        draining = true;
        return beat();
    }

    /** Leaves: a tombstone. */
    public Future<Void> leave() {
        vertx.cancelTimer(timer);
        left = true; // a heartbeat that still waits for the engine must not call it back
        return producer.send(KafkaProducerRecord.create(topics.workers(), id(), null))
                .mapEmpty();
    }

    /** Sends a heartbeat, which does not wait for an engine that is slow: with what is known of it then. */
    private Future<Void> beat() {
        if (sending) {
            return Future.succeededFuture();
        }
        sending = true;
        return look().timeout(ENGINE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .transform(_ -> left ? Future.<Void>succeededFuture() : send(shown()))
                .onComplete(_ -> sending = false);
    }

    private WorkerStatus.State shown() {
        WorkerStatus.State known = state;
        if (draining) {
            return WorkerStatus.State.DRAINING;
        }
        return known == null ? WorkerStatus.State.ENGINE_GONE : known;
    }

    /** Asks the engine, unless it is asked already. Never fails. */
    private Future<Void> look() {
        Future<Void> running = looking;
        if (running != null && !running.isComplete()) {
            return running;
        }
        Future<Void> look = engine.facts()
                .onSuccess(fresh -> facts = fresh)
                .<WorkerStatus.State>map(_ -> WorkerStatus.State.READY)
                .otherwise(t -> {
                    if (state != WorkerStatus.State.ENGINE_GONE) {
                        LOG.warn("{}", EngineException.failureOf(t).message());
                    }
                    return WorkerStatus.State.ENGINE_GONE;
                })
                .onSuccess(now -> {
                    if (state == WorkerStatus.State.ENGINE_GONE && now == WorkerStatus.State.READY) {
                        LOG.info("the engine answers again");
                    }
                    state = now;
                })
                .mapEmpty();
        looking = look;
        return look;
    }

    private Future<Void> send(WorkerStatus.State shown) {
        WorkerStatus status = new WorkerStatus(
                id(),
                self.identity().incarnation(),
                shown,
                self.labels(),
                startedAt,
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                self.heartbeatSeconds(),
                facts,
                slots.running(),
                slots.queued(),
                self.version());
        return producer.send(KafkaProducerRecord.create(topics.workers(), id(), ContractJson.write(status)))
                .mapEmpty();
    }

    private String id() {
        return self.identity().worker();
    }
}
