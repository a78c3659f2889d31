// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Jobs name registries, and registries name times: both may be anything. */
class EngineWatchTest {
    private static final Instant NOW = Instant.parse("2026-11-30T10:00:00Z");

    private final EngineWatch watch = new EngineWatch();

    @Test
    void remembersABoundedNumberOfRegistries() {
        for (int i = 0; i < 10_000; i++) {
            watch.pause("r" + i + ".example", NOW.plusSeconds(60 + i % 3_000), NOW);
        }
        assertThat(watch.pausedRegistries()).isEqualTo(EngineWatch.MAX_PAUSED_REGISTRIES);
    }

    @Test
    void forgetsPausesThatAreOverFirst() {
        watch.pause("kept.example", NOW.plusSeconds(600), NOW);
        for (int i = 0; i < 2 * EngineWatch.MAX_PAUSED_REGISTRIES; i++) {
            watch.pause("r" + i + ".example", NOW.plusSeconds(1), NOW);
        }
        watch.pause("new.example", NOW.plusSeconds(500), NOW.plusSeconds(2));
        assertThat(watch.isPaused("kept.example", NOW.plusSeconds(2))).isTrue();
        assertThat(watch.isPaused("new.example", NOW.plusSeconds(2))).isTrue();
        assertThat(watch.pausedRegistries()).isEqualTo(2);
    }

    @Test
    void takesNoPauseOfYears() {
        watch.pause("r.example", NOW.plus(Duration.ofDays(3650)), NOW);
        assertThat(watch.isPaused("r.example", NOW.plus(EngineWatch.MAX_PAUSE).minusSeconds(1)))
                .isTrue();
        assertThat(watch.isPaused("r.example", NOW.plus(EngineWatch.MAX_PAUSE))).isFalse();
    }
}
