// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.gateway.feed.Frames;
import dev.pullcast.gateway.ops.GatewayMetrics;
import dev.pullcast.gateway.security.ProjectScope;
import dev.pullcast.testkit.ManualClock;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StreamGroupTest {
    private final GatewayMetrics metrics = new GatewayMetrics();
    private final StreamTools tools = new StreamTools(
            new SseSettings(
                    Duration.ofSeconds(15), Duration.ofHours(1), Duration.ofSeconds(60), 16, 1 << 20, 1 << 17, 10, 1),
            metrics,
            new ManualClock());
    private final StreamGroup group = new StreamGroup(StreamFilter.ALL, false);

    @AfterEach
    void close() {
        metrics.close();
    }

    private SseSubscriber join(FakeSink sink) {
        StreamRequest request =
                new StreamRequest(new StreamRequest.Firehose(), StreamFilter.ALL, new StreamRequest.Fresh());
        SseSubscriber subscriber = new SseSubscriber(sink, tools, tools.clock().instant());
        subscriber.show(request);
        group.add(subscriber);
        return subscriber;
    }

    @Test
    void writes_all_that_has_gathered_at_once() {
        FakeSink sink = new FakeSink();
        join(sink);
        group.offer(Frames.step(1));
        group.offer(Frames.step(2));
        assertThat(sink.writes).isZero();
        assertThat(group.flush()).isEqualTo(2);
        assertThat(sink.writes).isEqualTo(1);
        assertThat(sink.written).contains("\"n\":1", "\"n\":2");
        assertThat(group.flush()).isZero();
        assertThat(sink.writes).isEqualTo(1);
    }

    @Test
    void gives_nothing_to_a_newcomer_that_was_there_before_its_snapshot() {
        FakeSink early = new FakeSink();
        FakeSink late = new FakeSink();
        join(early);
        group.offer(Frames.step(1));
        join(late);
        group.offer(Frames.step(2));
        group.flush();
        assertThat(early.written).contains("\"n\":1", "\"n\":2");
        assertThat(late.written).contains("\"n\":2").doesNotContain("\"n\":1");
        group.offer(Frames.step(3));
        group.flush();
        assertThat(late.written).contains("\"n\":3");
    }

    @Test
    void writes_no_empty_chunk_which_would_end_the_stream() {
        FakeSink late = new FakeSink();
        join(new FakeSink());
        group.offer(Frames.step(1));
        join(late);
        group.flush();
        assertThat(late.writes).isZero();
    }

    @Test
    void ends_a_jobs_stream_also_when_its_end_is_filtered_out() {
        StreamFilter queued =
                new StreamFilter("j", Set.of(), Set.of(), java.util.List.of(), Set.of("pull.queued"), ProjectScope.ALL);
        StreamGroup ofJob = new StreamGroup(queued, true);
        FakeSink sink = new FakeSink();
        StreamRequest request = new StreamRequest(new StreamRequest.OneJob("j", 0), queued, new StreamRequest.Fresh());
        SseSubscriber subscriber = new SseSubscriber(sink, tools, tools.clock().instant());
        subscriber.show(request);
        ofJob.add(subscriber);
        assertThat(ofJob.offer(Frames.end(1))).isTrue();
        ofJob.flush();
        assertThat(sink.writes).isZero();
        assertThat(sink.ended).isTrue();
    }

    @Test
    void goes_on_when_a_member_leaves_in_the_middle_of_a_pass() {
        FakeSink second = new FakeSink();
        FakeSink first = new FakeSink();
        SseSubscriber[] leaving = new SseSubscriber[1];
        first.onWrite = () -> group.remove(leaving[0]);
        leaving[0] = join(first);
        join(second);
        group.offer(Frames.step(1));
        group.flush();
        assertThat(second.written).contains("\"n\":1");
    }
}
