// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.gateway.TwoProjects.Job;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.SseProbe;
import dev.pullcast.testkit.TestKafka;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a reader of one project gets of another on streams: no byte, however it asks. */
class IsolationIT {
    private static final String A = "alpha";
    private static final String B = TwoProjects.MARK;
    private static final int EVENTS = 60;

    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    @TempDir
    Path dir;

    private TokensFile tokens;
    private TwoProjects projects;
    private GatewayFixture gateways;
    private int port;
    private Job ours;
    private Job theirs;

    @BeforeEach
    void start() {
        tokens = new TokensFile(dir).add("a", "read:alpha").add("all", "read:*");
        projects = new TwoProjects(kafka);
        projects.heartbeat();
        ours = Job.of(A);
        theirs = Job.of(B);
        projects.send(ours.accepted(), theirs.accepted());
        gateways = new GatewayFixture(loops.vertx(), kafka);
        // So little memory that a resumed stream is read back from Kafka.
        port = gateways.start(tokens.setting(), "gateway.ring-bytes=65536", "gateway.sse.heartbeat-seconds=1")
                .port();
    }

    @AfterEach
    void stop() {
        gateways.close();
    }

    private SseProbe open(String who, String path) {
        SseProbe probe = SseProbe.open(port, path, tokens.header(who));
        assertThat(probe.status()).as(path).isEqualTo(200);
        return probe;
    }

    /** Both projects' events in turn, and at last the end of ours. */
    private void happen() {
        for (int i = 1; i <= EVENTS; i++) {
            projects.send(theirs.layer(i), ours.layer(i));
        }
        projects.heartbeat();
        projects.send(theirs.succeeded(EVENTS + 1), theirs.completed());
        projects.send(ours.succeeded(EVENTS + 1), ours.completed());
    }

    /** Everything up to the end of our job. */
    private static List<SseProbe.Block> untilOurEnd(SseProbe probe, Job ours) {
        List<SseProbe.Block> blocks = new ArrayList<>();
        SseProbe.Block block;
        do {
            block = probe.nextEvent();
            blocks.add(block);
        } while (!block.event().equals("job.completed") || !block.data().contains(ours.id()));
        return blocks;
    }

    private void holdsNothingOfTheirs(List<SseProbe.Block> blocks) {
        assertThat(blocks)
                .allSatisfy(block -> assertThat(block.data())
                        .doesNotContain(
                                B,
                                theirs.id(),
                                TwoProjects.digestOf(B),
                                "4711",
                                "/srv/images",
                                "pullsRunning",
                                "pullsQueued"));
    }

    private static long layers(List<SseProbe.Block> blocks) {
        return blocks.stream().filter(b -> b.event().equals("layer")).count();
    }

    @Test
    void not_in_the_snapshot_nor_live_nor_in_a_replay_from_memory_or_from_kafka() {
        String before;
        try (SseProbe live = open("a", "/v1/events")) {
            SseProbe.Block snapshot = live.nextEvent("snapshot");
            before = live.lastEventId();
            holdsNothingOfTheirs(List.of(snapshot));
            assertThat(snapshot.data()).contains(ours.id(), TwoProjects.WORKER);
            happen();
            List<SseProbe.Block> blocks = untilOurEnd(live, ours);
            holdsNothingOfTheirs(blocks);
            assertThat(layers(blocks)).isEqualTo(EVENTS);
        }
        // The memory is full of others' by now.
        Job more = Job.of(B);
        projects.send(IntStream.rangeClosed(1, 400).mapToObj(more::layer).toArray(PullEvent[]::new));
        Job last = Job.of(A);
        projects.send(last.accepted(), last.succeeded(1), last.completed());
        for (String path : List.of("/v1/events?lastEventId=" + before, "/v1/events?since=PT1H")) {
            try (SseProbe again = open("a", path)) {
                List<SseProbe.Block> blocks = untilOurEnd(again, last);
                holdsNothingOfTheirs(blocks);
                assertThat(blocks).noneMatch(b -> b.data().contains(more.id()));
                assertThat(layers(blocks)).as(path).isEqualTo(EVENTS);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "project=bravo",
                "project=alpha,bravo",
                "worker=node-1",
                "image=*bravo*",
                "image=*",
                "type=layer,job.completed,worker,snapshot",
                "job=THEIRS"
            })
    void not_by_any_filter(String filter) {
        String path = "/v1/events?" + filter.replace("THEIRS", theirs.id());
        try (SseProbe filtered = open("a", path);
                SseProbe control = open("a", "/v1/events")) {
            holdsNothingOfTheirs(List.of(filtered.nextEvent("snapshot")));
            control.nextEvent("snapshot");
            happen();
            untilOurEnd(control, ours);
            String resume = filtered.lastEventId();
            try (SseProbe all = open("all", path + "&lastEventId=" + resume)) {
                // The control: there was something to be seen by whoever may.
                SseProbe.Block seen = all.nextEvent(b -> !b.event().equals("worker"));
                assertThat(seen.data()).isNotEmpty();
            }
            try (SseProbe again = open("a", path + "&lastEventId=" + resume)) {
                // What each of the two has got by the time that a sentinel of ours passes.
                Job sentinel = Job.of(A);
                projects.send(sentinel.accepted(), sentinel.completed());
                untilOurEnd(control, sentinel);
                for (SseProbe probe : List.of(filtered, again)) {
                    holdsNothingOfTheirs(drain(probe));
                }
            }
        }
    }

    /** Whatever has come by now: up to the next sign of life, of which there is one a second here. */
    private static List<SseProbe.Block> drain(SseProbe probe) {
        List<SseProbe.Block> blocks = new ArrayList<>();
        for (SseProbe.Block block = probe.next().orElseThrow();
                block.comments().isEmpty();
                block = probe.next().orElseThrow()) {
            blocks.add(block);
        }
        return blocks;
    }

    @Test
    void not_by_the_stream_of_their_job_finished_or_not() {
        for (int i = 0; i < 2; i++) {
            try (SseProbe stream = SseProbe.open(port, "/v1/pulls/" + theirs.id() + "/events", tokens.header("a"))) {
                assertThat(stream.status()).isEqualTo(404);
            }
            happen();
        }
        try (SseProbe stream = open("a", "/v1/pulls/" + ours.id() + "/events")) {
            List<SseProbe.Block> blocks = stream.toEnd();
            holdsNothingOfTheirs(blocks);
            assertThat(blocks.getLast().event()).isEqualTo("job.completed");
        }
    }

    @Test
    void nor_does_somebody_who_may_see_everything_lose_anything_by_it() {
        try (SseProbe all = open("all", "/v1/events")) {
            assertThat(all.nextEvent("snapshot").data())
                    .contains(ours.id(), theirs.id(), "\"freeBytes\":4711", "\"pullsRunning\":17");
            happen();
            assertThat(layers(untilOurEnd(all, ours))).isEqualTo(2 * EVENTS);
        }
    }
}
