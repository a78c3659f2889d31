// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static dev.pullcast.gateway.GatewayFixture.accepted;
import static dev.pullcast.gateway.GatewayFixture.completed;
import static dev.pullcast.gateway.GatewayFixture.queued;
import static dev.pullcast.gateway.GatewayFixture.succeeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.SseProbe;
import dev.pullcast.testkit.TestKafka;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Streams whose events Kafka removes before they were sent. */
class RetentionIT {
    private static final String PADDING = "x".repeat(100_000);

    @RegisterExtension
    final TestKafka kafka = new TestKafka(1);

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    private final String job = UlidCreator.getMonotonicUlid().toString();
    private GatewayFixture gateways;
    private int port;

    @BeforeEach
    void start() {
        gateways = new GatewayFixture(loops.vertx(), kafka);
        port = gateways.start("gateway.ring-bytes=65536").port();
    }

    @AfterEach
    void stop() {
        gateways.close();
    }

    private void removeEverything() {
        Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
        for (int p = 0; p < kafka.partitions(); p++) {
            all.put(new TopicPartition(kafka.topics().events(), p), RecordsToDelete.beforeOffset(-1));
        }
        try (Admin admin = Admin.create(Map.<String, Object>copyOf(kafka.clientSettings()))) {
            admin.deleteRecords(all)
                    .all()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        }
    }

    @Test
    void are_told_so_in_the_middle_of_reading_back_and_begin_anew() {
        String first;
        try (SseProbe stream = SseProbe.open(port, "/v1/events")) {
            first = String.valueOf(stream.nextEvent("snapshot").id());
        }
        int events = 200;
        for (int i = 1; i <= events; i++) {
            gateways.send(EventWriter.step(job, i, PADDING));
        }
        try (SseProbe stream = SseProbe.open(port, "/v1/events", "Last-Event-ID: " + first)) {
            assertThat(stream.nextEvent().event()).isEqualTo("pull.retrying");
            removeEverything();
            SseProbe.Block block = stream.nextEvent();
            int seen = 1;
            while (block.event().equals("pull.retrying")) {
                seen++;
                block = stream.nextEvent();
            }
            assertThat(seen).isLessThan(events);
            assertThat(block.event()).isEqualTo("reset");
            assertThat(block.data()).contains("\"expired\"");
            assertThat(stream.nextEvent().event()).isEqualTo("snapshot");
            gateways.send(queued(job, "w2", 1));
            assertThat(stream.nextEvent().event()).isEqualTo("pull.queued");
        }
    }

    @Test
    void of_a_finished_job_end_with_its_snapshot_and_are_not_opened_again() {
        gateways.send(accepted(job, "w1"), succeeded(job, "w1", 1), completed(job));
        gateways.send(EventWriter.step(UlidCreator.getMonotonicUlid().toString(), 1, PADDING));
        String path = "/v1/pulls/" + job + "/events";
        await().until(() -> SseProbe.get(port, "/v1/pulls/" + job).body().contains("\"completed\""));
        removeEverything();
        String last;
        try (SseProbe stream = SseProbe.open(port, path)) {
            assertThat(stream.toEnd()).extracting(SseProbe.Block::event).containsExactly("snapshot");
            last = stream.lastEventId();
        }
        assertThat(SseProbe.get(port, path, "Last-Event-ID: " + last).status()).isEqualTo(204);
    }
}
