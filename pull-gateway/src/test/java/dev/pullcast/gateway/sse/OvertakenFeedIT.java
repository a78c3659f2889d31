// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.testkit.TestKafka;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A gateway that stood still for so long that Kafka has removed what it was about to read. */
class OvertakenFeedIT {
    @RegisterExtension
    final TestKafka kafka = new TestKafka(1);

    private final String job = UlidCreator.getMonotonicUlid().toString();
    private final FakeSink sink = new FakeSink();

    @SuppressWarnings("NullAway.Init") // by JUnit, before any test
    private HubFixture hub;

    @BeforeEach
    void start() throws Exception {
        hub = new HubFixture(kafka, 1024);
        hub.open(sink, new StreamRequest.Fresh());
        awaitWritten("event: snapshot");
    }

    @AfterEach
    void stop() throws Exception {
        hub.close();
    }

    private void awaitWritten(String what) {
        await().until(() -> sink.written.contains(what));
    }

    private void send(int seq, String padding) {
        kafka.send(
                kafka.topics().events(),
                job,
                new PullEvent.Cancelled(
                        new PullOrigin(job, "w1", "p", "i1", "a", "a", null, null, 1, 0, seq, Instant.EPOCH), padding));
    }

    private void removeEverything() {
        try (Admin admin = Admin.create(Map.<String, Object>copyOf(kafka.clientSettings()))) {
            admin.deleteRecords(
                            Map.of(new TopicPartition(kafka.topics().events(), 0), RecordsToDelete.beforeOffset(-1)))
                    .all()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        }
    }

    @Test
    void tells_live_streams_and_gives_them_a_snapshot_and_goes_on() throws Exception {
        CountDownLatch standstill = new CountDownLatch(1);
        hub.feed.ask(_ -> awaitOn(standstill));
        // More than its consumer fetches ahead.
        String padding = "x".repeat(500_000);
        int events = 40;
        for (int i = 1; i <= events; i++) {
            send(i, padding);
        }
        removeEverything();
        standstill.countDown();
        awaitWritten("\"reason\":\"expired\"");
        await().until(() -> sink.written.lastIndexOf("event: snapshot") > sink.written.indexOf("event: reset"));
        assertThat(sink.written).doesNotContain("\"seq\":" + events + ",");
        send(events + 1, "after");
        awaitWritten("\"message\":\"after\"");
        assertThat(sink.ended).isFalse();
    }

    private static boolean awaitOn(CountDownLatch latch) {
        try {
            return latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
