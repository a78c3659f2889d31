// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.gateway.feed.Cursor;
import dev.pullcast.gateway.feed.FeedState;
import dev.pullcast.gateway.feed.Positions;
import dev.pullcast.testkit.TestKafka;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A fleet whose state is more than a socket takes at once, and of which more happens meanwhile than a queue holds. */
class LargeFleetIT {
    private static final int QUEUE = 16;
    private static final int EVENTS = 200;
    private static final Pattern SEQ = Pattern.compile("\"seq\":(\\d+)");

    @RegisterExtension
    final TestKafka kafka = new TestKafka(1);

    private final String job = UlidCreator.getMonotonicUlid().toString();
    private final FakeSink sink = new FakeSink();

    @SuppressWarnings("NullAway.Init") // by JUnit, before any test
    private HubFixture hub;

    @BeforeEach
    void start() throws Exception {
        hub = new HubFixture(kafka, QUEUE);
        heartbeat("east", Instant.now());
        heartbeat("west", Instant.now());
        awaitFeed(state -> state.fleet().workers().size() == 2);
    }

    @AfterEach
    void stop() throws Exception {
        hub.close();
    }

    @Test
    void nothing_is_lost_while_the_snapshot_is_still_on_its_way() throws Exception {
        fillUpWith("event: snapshot");
        hub.open(sink, new StreamRequest.Fresh());
        await().until(() -> sink.written.contains("event: snapshot"));
        happens();
        heartbeat("west", Instant.now().plusSeconds(1));
        awaitFeed(state -> state.fleet().workers().stream()
                .anyMatch(worker -> worker.status().time().isAfter(Instant.now())));
        hub.loop.runOnContext(_ -> sink.drained());
        await().until(() -> sink.written.contains("event: worker"));
        assertAllCameInOrder();
        assertThat(sink.written.substring(sink.written.indexOf("event: worker")))
                .contains("\"worker\":\"west\"")
                .doesNotContain("\"worker\":\"east\"");
    }

    @Test
    void nothing_is_lost_while_the_workers_are_told_to_one_that_comes_back() throws Exception {
        fillUpWith("event: worker");
        Cursor here = new Cursor.Everywhere(hub.feed.cluster(), Positions.only(0, 0, 1));
        hub.open(sink, new StreamRequest.Resume(here));
        await().until(() -> sink.written.contains("event: worker"));
        happens();
        hub.loop.runOnContext(_ -> sink.drained());
        await().until(() -> sink.written.contains("\"seq\":" + EVENTS));
        assertAllCameInOrder();
    }

    @Test
    void a_worker_that_left_while_the_snapshot_was_on_its_way_is_told_of() throws Exception {
        fillUpWith("event: snapshot");
        hub.open(sink, new StreamRequest.Fresh());
        await().until(() -> sink.written.contains("event: snapshot"));
        leave("west");
        hub.loop.runOnContext(_ -> sink.drained());
        await().until(() -> sink.written.contains("event: worker"));
        assertThat(sink.written.substring(sink.written.indexOf("event: worker")))
                .contains("\"worker\":\"west\"", "\"live\":false")
                .doesNotContain("\"worker\":\"east\"");
    }

    @Test
    void one_that_comes_back_is_told_which_workers_left_meanwhile_and_which_came_again() throws Exception {
        leave("west");
        Cursor here = new Cursor.Everywhere(hub.feed.cluster(), Positions.only(0, 0, 1));
        hub.open(sink, new StreamRequest.Resume(here));
        await().until(() -> sink.written.contains("\"worker\":\"west\""));
        assertThat(sink.written.substring(sink.written.indexOf("\"worker\":\"west\"")))
                .contains("\"live\":false");

        heartbeat("west", Instant.now());
        awaitFeed(state -> state.fleet().workers().size() == 2);
        FakeSink later = new FakeSink();
        hub.open(later, new StreamRequest.Resume(here));
        await().until(() -> later.written.contains("\"worker\":\"west\""));
        assertThat(later.written).doesNotContain("\"live\":false");
    }

    private void leave(String worker) {
        kafka.sendBytes(kafka.topics().workers(), null, worker, null);
        awaitFeed(state -> state.fleet().workers().size() == 1);
    }

    /** The socket is full from this on. */
    private void fillUpWith(String what) {
        sink.onWrite = () -> {
            if (sink.written.contains(what)) {
                sink.full = true;
                sink.onWrite = () -> {};
            }
        };
    }

    private void happens() throws Exception {
        for (int i = 1; i <= EVENTS; i++) {
            PullOrigin origin = new PullOrigin(job, "east", "p", "i1", "a", "a", null, null, 1, 0, i, Instant.EPOCH);
            kafka.send(
                    kafka.topics().events(),
                    job,
                    new PullEvent.Retrying(origin, FailureReason.NETWORK, "again", 1, Instant.EPOCH));
        }
        awaitFeed(state -> state.positions().get(0) >= EVENTS);
    }

    private void heartbeat(String worker, Instant time) {
        kafka.send(
                kafka.topics().workers(),
                worker,
                new WorkerStatus(worker, "i1", WorkerStatus.State.READY, Map.of(), time, time, 3600, null, 0, 0, "1"));
    }

    private void awaitFeed(Predicate<FeedState> condition) {
        await().until(() -> hub.feed.ask(condition::test).await(20, TimeUnit.SECONDS));
    }

    private void assertAllCameInOrder() {
        List<Integer> seqs = SEQ.matcher(sink.written)
                .results()
                .map(found -> Integer.valueOf(found.group(1)))
                .toList();
        assertThat(seqs)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, EVENTS).boxed().toList());
        assertThat(sink.written).doesNotContain("event: gap");
    }
}
