// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static dev.pullcast.gateway.GatewayFixture.IMAGE;
import static dev.pullcast.gateway.GatewayFixture.TIME;
import static dev.pullcast.gateway.GatewayFixture.accepted;
import static dev.pullcast.gateway.GatewayFixture.layer;
import static dev.pullcast.gateway.GatewayFixture.queued;
import static dev.pullcast.gateway.GatewayFixture.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.SseProbe;
import dev.pullcast.testkit.TestKafka;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A gateway that has just read the topics, beside one that has seen everything happen. */
class RestartedGatewayIT {
    private static final int ENDED = 24;
    private static final int KEPT = 7;

    @RegisterExtension
    final TestKafka kafka = new TestKafka(5);

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    private GatewayFixture gateways;

    @BeforeEach
    void start() {
        gateways = new GatewayFixture(loops.vertx(), kafka);
    }

    @AfterEach
    void stop() {
        gateways.close();
    }

    @Test
    void itShowsTheSameJobsAndWorkersAndImages() {
        Gateway witness = gateways.start("gateway.finished-jobs=" + KEPT);
        List<String> jobs = everythingThatCanHappen();
        String last = jobs.getLast();
        Awaitility.await()
                .until(() ->
                        SseProbe.get(witness.port(), "/v1/pulls/" + last).body().contains("\"completed\""));
        Awaitility.await().until(() -> read(witness, "/v1/workers").size() == 2);

        Gateway restarted = gateways.start("gateway.finished-jobs=" + KEPT);
        Awaitility.await().until(() -> SseProbe.get(restarted.port(), "/readyz").status() == 200);

        JsonNode list = read(witness, "/v1/pulls?limit=100");
        assertThat(list.size())
                .as("open, rejected and the newest that ended: %s", list)
                .isBetween(KEPT, ENDED - 1);
        assertThat(read(restarted, "/v1/pulls?limit=100")).isEqualTo(list);
        assertThat(read(restarted, "/v1/workers")).isEqualTo(read(witness, "/v1/workers"));
        assertThat(read(restarted, "/v1/workers/w1")).isEqualTo(read(witness, "/v1/workers/w1"));
        assertThat(read(restarted, "/v1/images?reference=" + IMAGE))
                .isEqualTo(read(witness, "/v1/images?reference=" + IMAGE));
        for (String job : jobs) {
            SseProbe.Answer before = SseProbe.get(witness.port(), "/v1/pulls/" + job);
            SseProbe.Answer after = SseProbe.get(restarted.port(), "/v1/pulls/" + job);
            assertThat(after.status()).isEqualTo(before.status());
            if (before.status() == 200) {
                assertThat(after.body()).isEqualTo(before.body());
            }
        }
        assertThat(snapshot(restarted)).isEqualTo(snapshot(witness));
    }

    /** Jobs that ended in another order than that of their partitions, open ones, one that only was asked for. */
    private List<String> everythingThatCanHappen() {
        worker("w1");
        worker("w2");
        worker("w3");
        kafka.sendBytes(kafka.topics().workers(), null, "w3", null);
        List<String> jobs = new ArrayList<>();
        for (int i = 0; i < ENDED; i++) {
            jobs.add(UlidCreator.getMonotonicUlid().toString());
        }
        List<Integer> ends = new ArrayList<>();
        for (int i = 0; i < ENDED; i++) {
            ends.add(i);
        }
        Collections.shuffle(ends, new Random(7));
        for (int i = 0; i < ENDED; i++) {
            String job = jobs.get(i);
            ask(job);
            gateways.send(
                    accepted(job, "w1", "w2"),
                    queued(job, "w1", 1),
                    layer(job, "w1", 2, LayerPhase.DOWNLOADING, 10L * i),
                    succeeded(job, "w1", 3));
            gateways.send(
                    i % 5 == 4
                            ? new PullEvent.JobRejected(
                                    job, TIME.plusSeconds(100 + ends.get(i)), "team", List.of("images: no"))
                            : new PullEvent.JobCompleted(
                                    job,
                                    TIME.plusSeconds(100 + ends.get(i)),
                                    "team",
                                    JobResult.SUCCEEDED,
                                    2,
                                    2,
                                    0,
                                    0,
                                    0,
                                    null));
        }
        String open = UlidCreator.getMonotonicUlid().toString();
        ask(open);
        gateways.send(
                accepted(open, "w1", "w2", "w3"),
                queued(open, "w1", 1),
                layer(open, "w1", 2, LayerPhase.DOWNLOADING, 500),
                succeeded(open, "w2", 4));
        jobs.add(open);
        String asked = UlidCreator.getMonotonicUlid().toString();
        ask(asked);
        jobs.add(asked);
        String last = UlidCreator.getMonotonicUlid().toString();
        gateways.send(
                accepted(last, "w1"),
                new PullEvent.JobCompleted(
                        last, TIME.plusSeconds(1000), "team", JobResult.SUCCEEDED, 1, 1, 0, 0, 0, null));
        jobs.add(last);
        return jobs;
    }

    private void ask(String job) {
        kafka.send(kafka.topics().jobs(), job, PullJob.of(job, List.of(ImageRequest.of(IMAGE))));
    }

    private void worker(String id) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        kafka.send(
                kafka.topics().workers(),
                id,
                new WorkerStatus(
                        id, "i1", WorkerStatus.State.READY, Map.of("zone", "a"), now, now, 600, null, 0, 0, "1"));
    }

    private static JsonNode read(Gateway gateway, String path) {
        SseProbe.Answer answer = SseProbe.get(gateway.port(), path);
        assertThat(answer.status()).as(path + ": " + answer.body()).isEqualTo(200);
        return ContractJson.mapper().readTree(answer.body());
    }

    /** Without the moment at which it was made. */
    private static JsonNode snapshot(Gateway gateway) {
        try (SseProbe stream = SseProbe.open(gateway.port(), "/v1/events")) {
            JsonNode tree =
                    ContractJson.mapper().readTree(stream.nextEvent("snapshot").data());
            ((ObjectNode) tree).remove("time");
            return tree;
        }
    }
}
