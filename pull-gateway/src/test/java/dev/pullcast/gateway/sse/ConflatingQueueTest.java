// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.gateway.feed.Frames;
import dev.pullcast.gateway.feed.SseFrame;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConflatingQueueTest {
    private final Object layerA = new Object();
    private final Object layerB = new Object();
    private final ConflatingQueue queue = new ConflatingQueue(8, 1 << 20);

    private static List<Long> drain(ConflatingQueue queue) {
        List<Long> offsets = new ArrayList<>();
        for (SseFrame f = queue.poll(); f != null; f = queue.poll()) {
            offsets.add(f.offset());
        }
        return offsets;
    }

    @Test
    void keeps_only_the_newest_progress_of_a_layer_and_never_goes_back() {
        queue.add(Frames.progress(1, layerA));
        queue.add(Frames.step(2));
        queue.add(Frames.progress(3, layerB));
        queue.add(Frames.progress(4, layerA));
        queue.add(Frames.progress(5, layerA));

        assertThat(queue.takeConflated()).isEqualTo(2);
        assertThat(queue.takeLost()).isZero();
        assertThat(drain(queue)).containsExactly(2L, 3L, 5L);
    }

    @Test
    void keeps_progress_that_was_already_taken_apart_from_what_follows() {
        queue.add(Frames.progress(1, layerA));
        assertThat(drain(queue)).containsExactly(1L);
        queue.add(Frames.progress(2, layerA));
        assertThat(queue.takeConflated()).isZero();
        assertThat(drain(queue)).containsExactly(2L);
    }

    @Test
    void drops_progress_first_and_counts_it() {
        for (int i = 0; i < 5; i++) {
            queue.add(Frames.progress(i, new Object()));
        }
        for (int i = 5; i < 9; i++) {
            assertThat(queue.add(Frames.step(i))).isTrue();
        }
        assertThat(queue.takeLost()).isEqualTo(5);
        assertThat(drain(queue)).containsExactly(5L, 6L, 7L, 8L);
    }

    @Test
    void drops_steps_next_but_never_an_end() {
        for (int i = 0; i < 9; i++) {
            assertThat(queue.add(i % 3 == 0 ? Frames.terminal(i) : Frames.step(i)))
                    .isTrue();
        }
        assertThat(queue.takeLost()).isEqualTo(6);
        assertThat(drain(queue)).containsExactly(0L, 3L, 6L);
    }

    @Test
    void gives_up_when_only_ends_are_left_and_they_are_too_many() {
        for (int i = 0; i < 8; i++) {
            assertThat(queue.add(Frames.terminal(i))).isTrue();
        }
        assertThat(queue.add(Frames.terminal(8))).isFalse();
    }

    @Test
    void is_bounded_in_bytes_too() {
        ConflatingQueue small = new ConflatingQueue(1_000, 10L * Frames.step(0).size());
        for (int i = 0; i < 11; i++) {
            small.add(Frames.step(i));
        }
        long lost = small.takeLost();
        assertThat(lost).isGreaterThanOrEqualTo(10);
        assertThat(drain(small)).hasSize((int) (11 - lost));
    }

    @Test
    void takes_no_memory_for_what_was_replaced() {
        for (int i = 0; i < 100_000; i++) {
            assertThat(queue.add(Frames.progress(i, i % 2 == 0 ? layerA : layerB)))
                    .isTrue();
        }
        assertThat(queue.size()).isEqualTo(2);
        assertThat(queue.takeConflated()).isEqualTo(99_998);
        assertThat(drain(queue)).containsExactly(99_998L, 99_999L);
    }
}
