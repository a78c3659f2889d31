// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadBackSlotsTest {
    private final List<String> ran = new ArrayList<>();

    private void acquire(ReadBackSlots slots, String client, String name) {
        slots.acquire(client, () -> ran.add(name));
    }

    @Test
    void oneClientGetsHalfOfThemHoweverManyStreamsItHas() {
        ReadBackSlots slots = new ReadBackSlots(4);
        for (int i = 1; i <= 10; i++) {
            acquire(slots, "greedy", "g" + i);
        }
        acquire(slots, "modest", "m1");
        assertThat(ran).containsExactly("g1", "g2", "m1");
    }

    @Test
    void clientsTakeTurns() {
        ReadBackSlots slots = new ReadBackSlots(1);
        for (int i = 1; i <= 3; i++) {
            acquire(slots, "a", "a" + i);
        }
        acquire(slots, "b", "b1");
        assertThat(slots.isWaitedFor("a")).isTrue();
        slots.release("a");
        assertThat(ran).containsExactly("a1", "a2");
        slots.release("a");
        slots.release("b");
        assertThat(ran).containsExactly("a1", "a2", "b1", "a3");
        assertThat(slots.isWaitedFor("a")).isFalse();
    }

    @Test
    void aSlotThatNobodyWaitsForIsFreeAgain() {
        ReadBackSlots slots = new ReadBackSlots(1);
        acquire(slots, "a", "a1");
        slots.release("a");
        acquire(slots, "b", "b1");
        assertThat(ran).containsExactly("a1", "b1");
    }
}
