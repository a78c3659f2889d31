// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.gateway.fleet.Subject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventLogTest {
    private static SseFrame frame(int partition, long offset) {
        SseFrame.Meta meta =
                new SseFrame.Meta(partition, offset, Subject.ofJob("j", null), "pull.queued", null, false, false);
        return SseFrame.of(meta, null, "abcde", "{}".getBytes(StandardCharsets.US_ASCII));
    }

    private static List<Long> offsets(EventLog log, long from) {
        List<Long> found = new ArrayList<>();
        EventLog.Slice slice = log.read(from, _ -> true, 7);
        slice.frames().forEach(f -> found.add(f.offset()));
        while (!slice.atEnd()) {
            slice = log.read(slice.next(), _ -> true, 7);
            slice.frames().forEach(f -> found.add(f.offset()));
        }
        return found;
    }

    @Test
    void gives_back_everything_in_order_in_slices() {
        EventLog log = new EventLog(Long.MAX_VALUE, Positions.of(5));
        for (long o = 5; o < 5_000; o++) {
            log.append(frame(0, o));
        }
        assertThat(offsets(log, log.first()))
                .hasSize(4_995)
                .isSorted()
                .startsWith(5L)
                .endsWith(4_999L);
        assertThat(log.covers(Positions.of(5))).isTrue();
        assertThat(log.covers(Positions.of(4))).isFalse();
    }

    @Test
    void forgets_the_oldest_past_its_bound_and_knows_from_where_it_is_whole() {
        long one = (long) frame(0, 10).size() + EventLog.OVERHEAD;
        EventLog log = new EventLog(10 * one, Positions.of(10, 10));
        for (long o = 10; o < 40; o++) {
            log.append(frame((int) (o % 2), o));
        }
        assertThat(log.size()).isEqualTo(10);
        assertThat(log.floor()).isEqualTo(Positions.of(29, 30));
        assertThat(log.has(log.first() - 1)).isFalse();
        assertThat(offsets(log, log.first())).containsExactly(30L, 31L, 32L, 33L, 34L, 35L, 36L, 37L, 38L, 39L);
        assertThat(log.covers(Positions.of(30, 29))).isFalse();
        assertThat(log.covers(Positions.of(29, 30))).isTrue();
    }

    @Test
    void begins_again_elsewhere_after_a_loss() {
        EventLog log = new EventLog(Long.MAX_VALUE, Positions.of(0));
        log.append(frame(0, 0));
        long before = log.first();
        log.restart(Positions.of(100));
        assertThat(log.has(before)).isFalse();
        assertThat(log.covers(Positions.of(50))).isFalse();
        log.append(frame(0, 100));
        assertThat(offsets(log, log.first())).containsExactly(100L);
    }
}
