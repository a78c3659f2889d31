// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.view.Snapshot;
import dev.pullcast.contract.view.WorkerView;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.gateway.door.UnreadBytes;
import dev.pullcast.gateway.feed.Frames;
import dev.pullcast.gateway.feed.SseFrame;
import dev.pullcast.gateway.ops.GatewayMetrics;
import dev.pullcast.testkit.ManualClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SseSubscriberTest {
    private final ManualClock clock = new ManualClock();
    private final FakeSink sink = new FakeSink();
    private final GatewayMetrics metrics = new GatewayMetrics();
    private final SseSettings settings = new SseSettings(
            Duration.ofSeconds(15), Duration.ofHours(1), Duration.ofSeconds(60), 16, 1 << 20, 1 << 17, 10, 1);
    private final SseSubscriber subscriber = new SseSubscriber(
            sink, new StreamTools(settings, metrics, clock), clock.instant().plusSeconds(3600));

    @BeforeEach
    void settle() {
        subscriber.show(
                new StreamRequest(new StreamRequest.OneJob("j", 0), StreamFilter.ALL, new StreamRequest.Fresh()));
    }

    private void deliver(boolean ends, SseFrame... frames) {
        try (SharedBytes bytes = SharedBytes.of("SHARED ".getBytes(StandardCharsets.US_ASCII))) {
            subscriber.deliver(List.of(frames), bytes, ends);
        }
    }

    @Nested
    class WhoKeepsUp {
        @Test
        void gets_the_shared_buffer_and_the_end() {
            deliver(false, Frames.step(1));
            deliver(true, Frames.end(2));
            assertThat(sink.written).isEqualTo("SHARED SHARED ");
            assertThat(sink.ended).isTrue();
        }
    }

    @Nested
    class WhoIsStillInItsSnapshot {
        private final UnreadBytes unread = new UnreadBytes(1 << 30);
        private final List<Boolean> sent = new ArrayList<>();

        private SharedSnapshot snapshot() {
            List<WorkerView> workers = IntStream.range(0, 500)
                    .mapToObj(i -> new WorkerView(
                            new WorkerStatus(
                                    "worker-" + i + '-' + "x".repeat(100),
                                    "i",
                                    WorkerStatus.State.READY,
                                    Map.of(),
                                    clock.instant(),
                                    clock.instant(),
                                    5,
                                    null,
                                    0,
                                    0,
                                    "1"),
                            true))
                    .toList();
            return SharedSnapshot.of("1-abcdea", new Snapshot(clock.instant(), List.of(), workers), unread);
        }

        @Test
        void getsItInPiecesAtThePaceOfTheSocket() {
            SharedSnapshot snapshot = snapshot();
            assertThat(snapshot.size()).isGreaterThan(2);
            sink.onWrite = () -> sink.full = true;
            subscriber.send(snapshot, sent::add);
            snapshot.release();
            assertThat(sink.writes).isEqualTo(1);
            try (SharedBytes words = SharedBytes.of("WORDS ".getBytes(StandardCharsets.US_ASCII))) {
                sink.full = false;
                subscriber.beat(words);
                subscriber.tell(words);
            }
            assertThat(sink.written).as("an event is not interrupted").doesNotContain("WORDS");
            assertThat(unread.now()).isPositive();
            while (sent.isEmpty()) {
                sink.drained();
            }
            assertThat(sent).containsExactly(false);
            assertThat(sink.written)
                    .startsWith("id: 1-abcdea\nevent: snapshot\ndata: {")
                    .endsWith("}\n\nWORDS ");
            assertThat(unread.now()).isZero();
            assertThat(metrics.snapshots().get()).isZero();
        }

        @Test
        void sharesItsBytesWithTheOthersUntilTheLastHasThem() {
            SharedSnapshot snapshot = snapshot();
            long once = unread.now();
            SseSubscriber other =
                    new SseSubscriber(new FakeSink(), new StreamTools(settings, metrics, clock), clock.instant());
            sink.onWrite = () -> sink.full = true;
            subscriber.send(snapshot, sent::add);
            other.send(snapshot, sent::add);
            assertThat(sent).containsExactly(true);
            snapshot.release();
            assertThat(unread.now()).isEqualTo(once);
            subscriber.markClosed();
            assertThat(unread.now()).isZero();
        }

        @Test
        void isCutWhenItReadsNothing() {
            SharedSnapshot snapshot = snapshot();
            sink.full = true;
            subscriber.send(snapshot, sent::add);
            snapshot.release();
            clock.advance(Duration.ofSeconds(61));
            subscriber.checkStall(clock.instant());
            assertThat(sink.aborted).isTrue();
            assertThat(unread.now()).isZero();
            assertThat(sent).isEmpty();
        }

        @Test
        void isEndedWithoutAWordInTheMiddleOfIt() {
            SharedSnapshot snapshot = snapshot();
            sink.onWrite = () -> sink.full = true;
            subscriber.send(snapshot, sent::add);
            String before = sink.written;
            subscriber.dismiss(1_000);
            assertThat(sink.ended).isTrue();
            assertThat(sink.written).isEqualTo(before);
            snapshot.release();
        }
    }

    @Nested
    class WhoDoesNot {
        @Test
        void gets_what_matters_when_there_is_room_again_then_lives_on() {
            Object layer = new Object();
            sink.full = true;
            deliver(false, Frames.step(1), Frames.progress(2, layer));
            deliver(false, Frames.progress(3, layer), Frames.terminal(4));
            assertThat(sink.written).isEmpty();
            sink.drained();
            assertThat(sink.written)
                    .containsSubsequence("\"n\":1", "\"n\":3", "\"n\":4")
                    .doesNotContain("\"n\":2");
            deliver(false, Frames.step(5));
            assertThat(sink.written).endsWith("SHARED ");
            assertThat(metrics.conflated().count()).isEqualTo(1);
        }

        @Test
        void is_told_how_many_were_lost_before_what_is_left() {
            sink.full = true;
            for (int i = 0; i < 20; i++) {
                deliver(false, Frames.step(i));
            }
            deliver(false, Frames.terminal(20));
            sink.drained();
            assertThat(sink.written)
                    .startsWith("event: gap\ndata: {\"lost\":17}\n\n")
                    .contains("\"n\":17", "\"n\":20");
        }

        @Test
        void isToldWhatWasLostAlsoWhenNothingIsLeft() {
            sink.full = true;
            for (int i = 0; i < 17; i++) {
                deliver(false, Frames.step(i));
            }
            sink.drained();
            assertThat(sink.written).isEqualTo("event: gap\ndata: {\"lost\":17}\n\n");
            assertThat(metrics.lost().count()).isEqualTo(17);
            deliver(false, Frames.step(17));
            assertThat(sink.written).endsWith("SHARED ");
        }

        @Test
        void still_sees_the_end_of_the_stream() {
            sink.full = true;
            deliver(true, Frames.end(1));
            assertThat(sink.ended).isFalse();
            sink.drained();
            assertThat(sink.written).contains("job.completed");
            assertThat(sink.ended).isTrue();
        }

        @Test
        void is_cut_off_after_reading_nothing_for_too_long_but_not_before() {
            sink.full = true;
            deliver(false, Frames.step(1));
            clock.advance(Duration.ofSeconds(60));
            subscriber.checkStall(clock.instant());
            assertThat(sink.aborted).isFalse();
            clock.advance(Duration.ofSeconds(1));
            subscriber.checkStall(clock.instant());
            assertThat(sink.aborted).isTrue();
        }

        @Test
        void is_cut_off_when_even_ends_do_not_fit() {
            sink.full = true;
            for (int i = 0; i < 17; i++) {
                deliver(false, Frames.terminal(i));
            }
            assertThat(sink.aborted).isTrue();
        }

        @Test
        void gets_no_heartbeat_that_would_overtake_what_waits() {
            sink.full = true;
            deliver(false, Frames.step(1));
            sink.full = false;
            try (SharedBytes beat = SharedBytes.of(new byte[] {':', '\n', '\n'})) {
                subscriber.beat(beat);
            }
            assertThat(sink.written).isEmpty();
        }

        @Test
        void is_written_to_once_when_the_socket_says_in_the_middle_of_a_write_that_it_has_room() {
            sink.full = true;
            deliver(false, Frames.step(1), Frames.step(2));
            deliver(true, Frames.end(3));
            sink.tellsWhileWriting = true;
            sink.drained();
            assertThat(sink.written).containsOnlyOnce("\"n\":1").containsOnlyOnce("\"n\":3");
            assertThat(sink.ends).isEqualTo(1);
        }

        @Test
        void is_cut_off_too_while_the_past_is_sent_to_it() {
            sink.full = true;
            subscriber.whenRoom(() -> {});
            clock.advance(Duration.ofSeconds(61));
            subscriber.checkStall(clock.instant());
            assertThat(sink.aborted).isTrue();
        }
    }
}
