// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static dev.pullcast.gateway.GatewayFixture.accepted;
import static dev.pullcast.gateway.GatewayFixture.completed;
import static dev.pullcast.gateway.GatewayFixture.queued;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.SseProbe;
import dev.pullcast.testkit.TestKafka;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Somebody deletes the topic of events under a running gateway and makes it anew: its positions begin at 0 again. */
class RecreatedTopicIT {
    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    private final String job = UlidCreator.getMonotonicUlid().toString();

    @SuppressWarnings("NullAway.Init") // by JUnit, before any test
    private GatewayFixture gateways;

    private int port;

    @BeforeEach
    void start() {
        gateways = new GatewayFixture(loops.vertx(), kafka);
        port = gateways.start().port();
    }

    @AfterEach
    void stop() {
        gateways.close();
    }

    private void recreate() throws Exception {
        String events = kafka.topics().events();
        try (Admin admin = Admin.create(Map.<String, Object>copyOf(kafka.clientSettings()))) {
            admin.deleteTopics(List.of(events)).all().get(20, TimeUnit.SECONDS);
            await().until(() ->
                    !admin.listTopics().names().get(20, TimeUnit.SECONDS).contains(events));
        }
        kafka.open();
    }

    @Test
    void streams_are_told_with_the_reason_and_old_places_are_not_taken_for_new_ones() throws Exception {
        String finished = UlidCreator.getMonotonicUlid().toString();
        String old;
        try (SseProbe stream = SseProbe.open(port, "/v1/events");
                SseProbe ofJob = SseProbe.open(port, "/v1/events?job=" + job)) {
            stream.nextEvent("snapshot");
            gateways.send(accepted(finished, "w1"), completed(finished), accepted(job, "w1"), queued(job, "w1", 1));
            stream.nextEvent("pull.queued");
            ofJob.nextEvent("pull.queued");
            old = stream.lastEventId();

            recreate();

            for (SseProbe each : List.of(stream, ofJob)) {
                assertThat(each.nextEvent("reset").data()).contains("\"recreated\"", "made anew");
                SseProbe.Block snapshot = each.nextEvent();
                assertThat(snapshot.event()).isEqualTo("snapshot");
                assertThat(snapshot.data()).contains(job).doesNotContain(finished);
                assertThat(snapshot.id()).isNotEqualTo(old);
            }
            gateways.send(queued(job, "w2", 2));
            for (SseProbe each : List.of(stream, ofJob)) {
                assertThat(each.nextEvent("pull.queued").data()).contains("w2");
            }
        }
        // As many events as before and more: the old place exists again and means something else.
        for (int i = 3; i <= 9; i++) {
            gateways.send(queued(job, "w2", i));
        }
        try (SseProbe stream = SseProbe.open(port, "/v1/events", "Last-Event-ID: " + old)) {
            assertThat(stream.nextEvent().data()).contains("\"other-cluster\"");
            assertThat(stream.nextEvent().event()).isEqualTo("snapshot");
        }
    }
}
