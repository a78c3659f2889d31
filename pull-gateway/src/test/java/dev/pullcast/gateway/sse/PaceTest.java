// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long MILLI = 1_000_000;

    private final Pace pace = new Pace();

    @Test
    void lets_the_first_event_go_at_once_whatever_the_clock_says() {
        assertThat(pace.pause(-5)).isZero();
        assertThat(pace.pause(Long.MAX_VALUE)).isZero();
    }

    @Test
    void lets_an_event_go_at_once_that_comes_long_after_the_last() {
        pace.passed(0, 2 * MILLI);
        assertThat(pace.pause(8 * MILLI)).isZero();
        assertThat(pace.pause(50 * MILLI)).isZero();
    }

    @Test
    void lets_events_gather_for_three_times_as_long_as_the_last_pass_took() {
        pace.passed(10 * MILLI, 12 * MILLI);
        assertThat(pace.pause(12 * MILLI)).isEqualTo(6 * MILLI);
        assertThat(pace.pause(17 * MILLI)).isEqualTo(MILLI);
    }

    @Test
    void never_holds_an_event_back_for_longer_than_its_bound() {
        pace.passed(0, 1_000 * MILLI);
        assertThat(pace.pause(1_000 * MILLI)).isEqualTo(50 * MILLI);
    }
}
