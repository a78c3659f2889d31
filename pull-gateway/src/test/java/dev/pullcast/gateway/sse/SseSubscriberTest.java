// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.gateway.feed.Frames;
import dev.pullcast.gateway.feed.SseFrame;
import dev.pullcast.gateway.ops.GatewayMetrics;
import dev.pullcast.testkit.ManualClock;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SseSubscriberTest {
    private final ManualClock clock = new ManualClock();
    private final FakeSink sink = new FakeSink();
    private final GatewayMetrics metrics = new GatewayMetrics();
    private final SseSettings settings =
            new SseSettings(Duration.ofSeconds(15), Duration.ofHours(1), Duration.ofSeconds(60), 16, 1 << 20, 10, 1);
    private final SseSubscriber subscriber = new SseSubscriber(
            new StreamRequest(new StreamRequest.OneJob("j", 0), StreamFilter.ALL, new StreamRequest.Fresh()),
            sink,
            new StreamTools(settings, metrics, clock),
            clock.instant().plusSeconds(3600));

    /** A socket whose room a test decides. */
    private static final class FakeSink implements StreamSink {
        final StringBuilder written = new StringBuilder();
        boolean full;
        boolean ended;
        boolean aborted;
        Runnable drain = () -> {};

        @Override
        public void write(Buffer bytes) {
            written.append(bytes);
        }

        @Override
        public boolean isFull() {
            return full;
        }

        @Override
        public void onDrain(Runnable action) {
            drain = action;
        }

        @Override
        public void onClose(Runnable action) {}

        @Override
        public void end() {
            ended = true;
        }

        @Override
        public void abort() {
            aborted = true;
        }

        void drained() {
            full = false;
            drain.run();
        }
    }

    private void deliver(boolean ends, SseFrame... frames) {
        subscriber.deliver(List.of(frames), Buffer.buffer("SHARED "), ends);
    }

    @Nested
    class WhoKeepsUp {
        @Test
        void gets_the_shared_buffer_and_the_end() {
            deliver(false, Frames.step(1));
            deliver(true, Frames.end(2));
            assertThat(sink.written).hasToString("SHARED SHARED ");
            assertThat(sink.ended).isTrue();
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
            assertThat(sink.written.toString())
                    .containsSubsequence("\"n\":1", "\"n\":3", "\"n\":4")
                    .doesNotContain("\"n\":2");
            deliver(false, Frames.step(5));
            assertThat(sink.written.toString()).endsWith("SHARED ");
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
            assertThat(sink.written.toString())
                    .startsWith("event: gap\ndata: {\"lost\":17}\n\n")
                    .contains("\"n\":17", "\"n\":20");
        }

        @Test
        void still_sees_the_end_of_the_stream() {
            sink.full = true;
            deliver(true, Frames.end(1));
            assertThat(sink.ended).isFalse();
            sink.drained();
            assertThat(sink.written.toString()).contains("job.completed");
            assertThat(sink.ended).isTrue();
        }

        @Test
        void is_cut_off_after_reading_nothing_for_too_long_but_not_before() {
            sink.full = true;
            deliver(false, Frames.step(1));
            clock.advance(Duration.ofSeconds(60));
            subscriber.checkStall();
            assertThat(sink.aborted).isFalse();
            clock.advance(Duration.ofSeconds(1));
            subscriber.checkStall();
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
            subscriber.heartbeat("cursor");
            assertThat(sink.written).isEmpty();
        }
    }
}
