// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.job.PullId;
import dev.pullcast.contract.settings.Settings;
import dev.pullcast.testkit.TestKafka;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Gateways on a test's Kafka, and events as a worker and the coordinator would write them. */
final class GatewayFixture implements AutoCloseable {
    static final String IMAGE = "alpine";
    static final String REFERENCE = "docker.io/library/alpine:latest";
    static final String PULL = PullId.of(REFERENCE, null);
    static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

    private final Vertx vertx;
    private final TestKafka kafka;
    private final List<Gateway> gateways = new ArrayList<>();

    GatewayFixture(Vertx vertx, TestKafka kafka) {
        this.vertx = vertx;
        this.kafka = kafka;
    }

    /** A gateway without coordinator on a free port; further settings as {@code key=value}. */
    Gateway start(String... settings) {
        Map<String, String> all = new HashMap<>(Map.of(
                "gateway.port", "0",
                "gateway.roles", "api",
                "gateway.event-loops", "1",
                "topics.prefix", kafka.topics().prefix(),
                "kafka.bootstrap.servers", kafka.bootstrapServers()));
        Arrays.stream(settings).map(s -> s.split("=", 2)).forEach(pair -> all.put(pair[0], pair[1]));
        Gateway gateway = new Gateway(
                vertx,
                GatewayConfig.of(Settings.read(GatewayConfig.KEYS, null, Map.of(), all)),
                InstantSource.system());
        try {
            gateway.start().await(30, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("the gateway did not start", e);
        }
        gateways.add(gateway);
        return gateway;
    }

    @Override
    public void close() {
        for (Gateway gateway : gateways) {
            try {
                gateway.close().await(20, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                throw new AssertionError("the gateway did not stop", e);
            }
        }
    }

    /** Writes events where the job's partition is; returns nothing, because the place is what tests find out. */
    void send(PullEvent... events) {
        for (PullEvent event : events) {
            kafka.send(kafka.topics().events(), event.jobId(), event);
        }
    }

    static PullOrigin origin(String job, String worker, long seq) {
        return new PullOrigin(job, worker, PULL, "i1", IMAGE, REFERENCE, null, "team", 1, 0, seq, TIME.plusMillis(seq));
    }

    static PullEvent accepted(String job, String... workers) {
        return new PullEvent.JobAccepted(
                job,
                TIME,
                "team",
                Map.of(),
                List.of(new PullEvent.JobPull(PULL, IMAGE, REFERENCE, null)),
                List.of(workers),
                TIME.plusSeconds(3600));
    }

    static PullEvent queued(String job, String worker, long seq) {
        return new PullEvent.Queued(origin(job, worker, seq));
    }

    static PullEvent layer(String job, String worker, long seq, LayerPhase phase, long current) {
        return new PullEvent.Layer(origin(job, worker, seq), "4f4fb700ef54", phase, current, 1000L, null);
    }

    static PullEvent succeeded(String job, String worker, long seq) {
        return new PullEvent.Succeeded(origin(job, worker, seq), "sha256:" + "a".repeat(64), null, 1000, 0, 1, 1, 2, 3);
    }

    static PullEvent completed(String job) {
        return new PullEvent.JobCompleted(
                job, TIME.plusSeconds(9), "team", dev.pullcast.contract.event.JobResult.SUCCEEDED, 1, 1, 0, 0, 0, null);
    }
}
