// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static dev.pullcast.gateway.GatewayFixture.accepted;
import static dev.pullcast.gateway.GatewayFixture.completed;
import static dev.pullcast.gateway.GatewayFixture.layer;
import static dev.pullcast.gateway.GatewayFixture.queued;
import static dev.pullcast.gateway.GatewayFixture.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.gateway.feed.Cursor;
import dev.pullcast.gateway.feed.Positions;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.SseProbe;
import dev.pullcast.testkit.TestKafka;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Streams that are cut and come back, at the same gateway or another. */
class ResumeIT {
    private static final int JOBS = 4;
    private static final String LAST = "Last-Event-ID: ";

    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    private GatewayFixture gateways;
    private final List<String> jobs = new ArrayList<>();

    @BeforeEach
    void start() {
        gateways = new GatewayFixture(loops.vertx(), kafka);
        for (int i = 0; i < JOBS; i++) {
            jobs.add(UlidCreator.getMonotonicUlid().toString());
        }
    }

    @AfterEach
    void stop() {
        gateways.close();
    }

    private void tellWholeStory() {
        jobs.forEach(job -> gateways.send(accepted(job, "w1"), queued(job, "w1", 1)));
        for (int i = 0; i < 6; i++) {
            int current = 10 * i;
            jobs.forEach(job -> gateways.send(layer(job, "w1", 2 + current, LayerPhase.DOWNLOADING, current)));
        }
        jobs.forEach(job -> gateways.send(succeeded(job, "w1", 90), completed(job)));
    }

    private int storyLength() {
        return JOBS * 10;
    }

    /** What a reader saw, told apart whatever the order of partitions. */
    private static String key(SseProbe.Block block) {
        return block.event() + " " + block.data();
    }

    private List<SseProbe.Block> readStory(SseProbe stream) {
        List<SseProbe.Block> seen = new ArrayList<>();
        while (seen.size() < storyLength()) {
            SseProbe.Block block = stream.nextEvent();
            assertThat(block.event()).isNotIn("snapshot", "reset", "gap");
            seen.add(block);
        }
        return seen;
    }

    private static Map<String, List<String>> byJob(List<String> keys, List<String> jobs) {
        Map<String, List<String>> result = new HashMap<>();
        jobs.forEach(job ->
                result.put(job, keys.stream().filter(k -> k.contains(job)).toList()));
        return result;
    }

    @Test
    void of_everything_see_each_event_once_and_in_order_wherever_they_were_cut_and_at_any_gateway() {
        int first = gateways.start().port();
        List<SseProbe.Block> story;
        try (SseProbe whole = SseProbe.open(first, "/v1/events")) {
            whole.nextEvent("snapshot");
            tellWholeStory();
            story = readStory(whole);
        }
        List<String> all = story.stream().map(ResumeIT::key).toList();
        assertThat(all).doesNotHaveDuplicates();
        int second = gateways.start().port();
        // No memory for the past: it has to read it back from Kafka.
        int third = gateways.start("gateway.ring-bytes=65536").port();
        for (int cut = 0; cut < story.size() - 1; cut++) {
            int port = List.of(first, second, third).get(cut % 3);
            List<String> seen = new ArrayList<>(all.subList(0, cut + 1));
            try (SseProbe resumed =
                    SseProbe.open(port, "/v1/events", LAST + story.get(cut).id())) {
                while (seen.size() < all.size()) {
                    SseProbe.Block block = resumed.nextEvent();
                    seen.add(key(block));
                    if (seen.size() == (all.size() + cut) / 2) {
                        break;
                    }
                }
                int other = List.of(second, third, first).get(cut % 3);
                try (SseProbe again = SseProbe.open(other, "/v1/events?lastEventId=" + resumed.lastEventId())) {
                    while (seen.size() < all.size()) {
                        seen.add(key(again.nextEvent()));
                    }
                }
            }
            assertThat(seen).as("cut after %d", cut).containsExactlyInAnyOrderElementsOf(all);
            assertThat(byJob(seen, jobs)).as("cut after %d", cut).isEqualTo(byJob(all, jobs));
        }
    }

    @Test
    void of_a_job_see_each_event_once_and_end_with_the_job() {
        int first = gateways.start().port();
        String job = jobs.getFirst();
        gateways.send(accepted(job, "w1"));
        List<SseProbe.Block> story;
        try (SseProbe whole = SseProbe.open(first, "/v1/pulls/" + job + "/events")) {
            assertThat(whole.nextEvent().event()).isEqualTo("snapshot");
            tellWholeStory();
            story = whole.toEnd();
        }
        int second = gateways.start().port();
        for (int cut = 0; cut < story.size() - 1; cut++) {
            int port = cut % 2 == 0 ? first : second;
            try (SseProbe resumed = SseProbe.open(
                    port, "/v1/pulls/" + job + "/events", LAST + story.get(cut).id())) {
                assertThat(resumed.toEnd().stream().map(ResumeIT::key))
                        .as("cut after %d", cut)
                        .containsExactlyElementsOf(
                                story.stream().skip(cut + 1).map(ResumeIT::key).toList());
            }
        }
    }

    @Test
    void read_back_from_kafka_what_is_no_longer_in_memory() {
        int port = gateways.start("gateway.ring-bytes=65536").port();
        String job = jobs.getFirst();
        String start;
        try (SseProbe stream = SseProbe.open(port, "/v1/events")) {
            start = String.valueOf(stream.nextEvent("snapshot").id());
            for (int i = 0; i < 400; i++) {
                gateways.send(layer(job, "w1", i, LayerPhase.DOWNLOADING, i));
            }
            for (int i = 0; i < 400; i++) {
                stream.nextEvent("layer");
            }
        }
        try (SseProbe resumed = SseProbe.open(port, "/v1/events", LAST + start)) {
            for (int i = 0; i < 400; i++) {
                assertThat(ContractJson.mapper()
                                .readTree(resumed.nextEvent("layer").data())
                                .get("seq")
                                .asInt())
                        .isEqualTo(i);
            }
            gateways.send(layer(job, "w1", 400, LayerPhase.DOWNLOADING, 400));
            assertThat(resumed.nextEvent("layer").data()).contains("\"seq\":400");
        }
        assertThat(SseProbe.get(port, "/metrics").body()).containsPattern("pullcast_sse_readbacks_total [1-9]");
    }

    @Test
    void are_told_when_their_place_cannot_be_honoured_and_begin_anew() {
        int port = gateways.start().port();
        String here;
        try (SseProbe stream = SseProbe.open(port, "/v1/events")) {
            here = String.valueOf(stream.nextEvent("snapshot").id());
            tellWholeStory();
            readStory(stream);
        }
        String cluster = Cursor.parse(here).orElseThrow().cluster();
        expectReset(port, new Cursor.Everywhere("zzzzz", Positions.of(0, 0, 0)).text(), "other-cluster");
        expectReset(port, new Cursor.Everywhere(cluster, Positions.of(0, 9_999, 0)).text(), "ahead");
        expectReset(port, new Cursor.InPartition(cluster, 0, 1).text(), "other-stream");
        removeEverything();
        int later = gateways.start("gateway.ring-bytes=65536").port();
        expectReset(later, here, "expired");
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

    private static void expectReset(int port, String cursor, String reason) {
        try (SseProbe stream = SseProbe.open(port, "/v1/events", LAST + cursor)) {
            SseProbe.Block reset = stream.nextEvent();
            assertThat(reset.event()).isEqualTo("reset");
            assertThat(ContractJson.mapper()
                            .readTree(reset.data())
                            .get("reason")
                            .asString())
                    .isEqualTo(reason);
            SseProbe.Block snapshot = stream.nextEvent();
            assertThat(snapshot.event()).isEqualTo("snapshot");
            assertThat(snapshot.id()).isNotNull();
        }
    }

    @Test
    void begin_where_a_time_was() {
        int port = gateways.start().port();
        tellWholeStory();
        try (SseProbe stream = SseProbe.open(port, "/v1/events?since=1h")) {
            assertThat(readStory(stream)).hasSize(storyLength());
        }
        try (SseProbe stream = SseProbe.open(port, "/v1/events?type=pull.queued&since=2999-01-01T00:00:00Z")) {
            gateways.send(queued(jobs.getFirst(), "w9", 1));
            assertThat(stream.nextEvent().data()).contains("w9");
        }
    }

    @Test
    void are_ended_cleanly_with_a_word_on_when_to_come_back_when_the_gateway_stops() {
        Gateway gateway = gateways.start();
        int other = gateways.start().port();
        try (SseProbe stream = SseProbe.open(gateway.port(), "/v1/events")) {
            stream.nextEvent("snapshot");
            gateways.send(queued(jobs.getFirst(), "w1", 1));
            stream.nextEvent("pull.queued");
            gateway.close();
            SseProbe.Block last = stream.next().orElseThrow();
            assertThat(last.retry()).isPositive();
            assertThat(stream.next()).isEmpty();
            gateways.send(queued(jobs.getFirst(), "w2", 2));
            try (SseProbe resumed = SseProbe.open(other, "/v1/events", LAST + stream.lastEventId())) {
                assertThat(resumed.nextEvent().data()).contains("w2");
            }
        }
    }

    @Test
    void keep_their_place_by_the_heartbeat_while_everything_is_filtered_out() {
        int port = gateways.start("gateway.sse.heartbeat-seconds=1").port();
        try (SseProbe stream = SseProbe.open(port, "/v1/events?worker=nobody&type=layer")) {
            String before = String.valueOf(stream.nextEvent("snapshot").id());
            gateways.send(queued(jobs.getFirst(), "w1", 1));
            SseProbe.Block beat = stream.next().orElseThrow();
            while (before.equals(beat.id())) {
                beat = stream.next().orElseThrow();
            }
            assertThat(beat.isEvent()).isFalse();
            assertThat(beat.comments()).isNotEmpty();
            assertThat(Cursor.parse(String.valueOf(beat.id()))).isPresent();
        }
    }
}
