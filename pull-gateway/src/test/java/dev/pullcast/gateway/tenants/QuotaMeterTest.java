// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.tenants;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class QuotaMeterTest {
    private static final Instant START = Instant.parse("2026-01-31T12:00:00Z");

    private final QuotaMeter meter =
            new QuotaMeter(new Quotas(new Quotas.Quota(60, 1_000, Long.MAX_VALUE, Long.MAX_VALUE), Map.of()), 1);

    @Test
    void aQuietProjectMayUseItsWholeMinuteAtOnceAndThenAJobPerSecond() {
        assertThat(IntStream.range(0, 60)).allMatch(_ -> take("a", 1, START));
        assertThat(meter.take(List.of("a"), 1, START))
                .hasValueSatisfying(refusal -> assertThat(refusal.retryAfter()).isEqualTo(Duration.ofSeconds(1)));
        assertThat(take("a", 1, START.plusSeconds(1))).isTrue();
        assertThat(take("a", 1, START.plusSeconds(1))).isFalse();
    }

    @Test
    void bytesComeBackWithinADay() {
        assertThat(take("a", 1_000, START)).isTrue();
        assertThat(meter.take(List.of("a"), 500, START))
                .hasValueSatisfying(refusal -> assertThat(refusal.retryAfter()).isEqualTo(Duration.ofHours(12)));
        assertThat(take("a", 500, START.plus(Duration.ofHours(12)))).isTrue();
    }

    @Test
    void aJobOfSeveralProjectsCountsForEachOrForNone() {
        assertThat(take("b", 1_000, START)).isTrue();
        assertThat(meter.take(List.of("a", "b"), 10, START)).isPresent();
        assertThat(take("a", 1_000, START)).as("a was not counted").isTrue();
    }

    @Test
    void aClockThatGoesBackGivesNothing() {
        assertThat(take("a", 1_000, START)).isTrue();
        assertThat(take("a", 1, START.minusSeconds(86_400))).isFalse();
        assertThat(take("a", 1, START.plusSeconds(1))).as("nor does it take").isFalse();
    }

    @Test
    void madeUpProjectsShareABucketWhenThereAreTooMany() {
        IntStream.range(0, 10_000).forEach(i -> take("p" + i, 900, START));
        assertThat(take("new-1", 900, START)).isTrue();
        assertThat(take("new-2", 900, START)).isFalse();
        assertThat(take("new-3", 900, START.plus(Duration.ofDays(1))))
                .as("all are full again")
                .isTrue();
    }

    private boolean take(String project, long bytes, Instant now) {
        return meter.take(List.of(project), bytes, now).isEmpty();
    }
}
