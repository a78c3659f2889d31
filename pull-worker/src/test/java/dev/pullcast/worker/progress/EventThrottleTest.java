// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class EventThrottleTest {
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final ManualClock clock = new ManualClock();
    private final EventThrottle throttle = new EventThrottle(INTERVAL);

    private static LayerChange bytes(String layer, long current) {
        return new LayerChange(layer, LayerPhase.DOWNLOADING, current, 1000L, null, 0, false);
    }

    private static LayerChange phase(String layer, LayerPhase phase) {
        return new LayerChange(layer, phase, null, null, null, 0, true);
    }

    private List<LayerChange> offer(LayerChange change) {
        return throttle.offer(change, clock.instant());
    }

    private List<LayerChange> due() {
        return throttle.due(clock.instant());
    }

    @Nested
    class AChangeOfPhase {
        @Test
        void passesAtOnceHoweverManyThereAre() {
            for (LayerPhase phase : LayerPhase.values()) {
                assertThat(offer(phase("a", phase))).containsExactly(phase("a", phase));
            }
        }

        @Test
        void replacesTheBytesThatWaited() {
            offer(bytes("a", 1));
            offer(bytes("a", 2));
            assertThat(offer(phase("a", LayerPhase.VERIFYING))).containsExactly(phase("a", LayerPhase.VERIFYING));
            clock.advance(Duration.ofSeconds(5));
            assertThat(due()).isEmpty();
            assertThat(throttle.drain()).isEmpty();
        }

        @Test
        void startsTheIntervalForBytes() {
            offer(phase("a", LayerPhase.DOWNLOADING));
            assertThat(offer(bytes("a", 1))).isEmpty();
            clock.advance(INTERVAL);
            assertThat(due()).containsExactly(bytes("a", 1));
        }
    }

    @Nested
    class AChangeOfBytes {
        @Test
        void passesWhenTheLastIsLongAgo() {
            assertThat(offer(bytes("a", 1))).containsExactly(bytes("a", 1));
            clock.advance(INTERVAL);
            assertThat(offer(bytes("a", 2))).containsExactly(bytes("a", 2));
        }

        @Test
        void waitsOutTheIntervalAndTheNewestWins() {
            offer(bytes("a", 1));
            clock.advance(Duration.ofMillis(100));
            assertThat(offer(bytes("a", 2))).isEmpty();
            clock.advance(Duration.ofMillis(100));
            assertThat(offer(bytes("a", 3))).isEmpty();
            assertThat(throttle.nextDue()).isBefore(clock.instant());
            assertThat(throttle.takeProgress(clock.instant())).isTrue();
            assertThat(throttle.nextDue()).isEqualTo(ManualClock.START.plus(INTERVAL));
            clock.advance(Duration.ofMillis(299));
            assertThat(due()).isEmpty();
            clock.advance(Duration.ofMillis(1));
            assertThat(due()).containsExactly(bytes("a", 3));
            assertThat(due()).isEmpty();
        }

        @Test
        void doesNotHoldUpOtherLayers() {
            offer(bytes("a", 1));
            assertThat(offer(bytes("b", 1))).containsExactly(bytes("b", 1));
            offer(bytes("b", 2));
            offer(bytes("a", 2));
            clock.advance(INTERVAL);
            assertThat(due()).containsExactly(bytes("a", 2), bytes("b", 2));
        }

        @Test
        void isNotLostWhenThePullEnds() {
            offer(bytes("a", 1));
            offer(bytes("a", 2));
            assertThat(throttle.drain()).containsExactly(bytes("a", 2));
            assertThat(throttle.drain()).isEmpty();
        }

        @Test
        void passesAlwaysWithoutAnInterval() {
            EventThrottle open = new EventThrottle(Duration.ZERO);
            for (int i = 0; i < 5; i++) {
                assertThat(open.offer(bytes("a", i), clock.instant())).hasSize(1);
            }
        }
    }

    @Nested
    class TheProgressOfThePull {
        @Test
        void comesAtOnceThenOncePerIntervalAndOnlyWhenSomethingChanged() {
            assertThat(throttle.takeProgress(clock.instant())).isFalse();
            offer(bytes("a", 1));
            assertThat(throttle.takeProgress(clock.instant())).isTrue();
            assertThat(throttle.nextDue()).isNull();
            offer(bytes("a", 2));
            assertThat(throttle.takeProgress(clock.instant())).isFalse();
            clock.advance(INTERVAL);
            assertThat(throttle.takeProgress(clock.instant())).isTrue();
            clock.advance(INTERVAL);
            assertThat(throttle.takeProgress(clock.instant())).isFalse();
        }
    }

    @Test
    void afterAResetNothingWaits() {
        offer(bytes("a", 1));
        offer(bytes("a", 2));
        throttle.reset();
        assertThat(throttle.nextDue()).isNull();
        assertThat(throttle.drain()).isEmpty();
        assertThat(offer(bytes("a", 3))).hasSize(1);
    }

    /** Whatever comes: phases are all told, in order, byte counts no more often than allowed, and the last word is told. */
    @Test
    void aLongRandomPullKeepsTheRules() {
        Random random = new Random(42);
        List<LayerChange> offered = new ArrayList<>();
        List<LayerChange> told = new ArrayList<>();
        Instant lastTold = Instant.EPOCH;
        for (long i = 0; i < 20_000; i++) {
            LayerChange change = random.nextInt(50) == 0
                    ? new LayerChange("a", LayerPhase.DOWNLOADING, i, null, null, (int) i, true)
                    : bytes("a", i);
            offered.add(change);
            List<LayerChange> now = new ArrayList<>(throttle.due(clock.instant()));
            now.addAll(offer(change));
            for (LayerChange one : now) {
                if (!one.phaseChanged()) {
                    assertThat(clock.instant()).isAfterOrEqualTo(lastTold.plus(INTERVAL));
                }
                lastTold = clock.instant();
            }
            told.addAll(now);
            clock.advance(Duration.ofMillis(random.nextInt(200)));
        }
        told.addAll(throttle.drain());
        assertThat(told).isSubsetOf(offered).isSortedAccordingTo((x, y) -> Long.compare(value(x), value(y)));
        assertThat(told)
                .containsAll(offered.stream().filter(LayerChange::phaseChanged).toList());
        assertThat(told.getLast()).isEqualTo(offered.getLast());
        assertThat(told.size()).isLessThan(offered.size() / 2);
    }

    private static long value(LayerChange change) {
        return Objects.requireNonNull(change.current());
    }
}
