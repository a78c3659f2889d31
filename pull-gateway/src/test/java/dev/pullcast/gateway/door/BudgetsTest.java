// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Budgets that clients share. */
class BudgetsTest {
    private static final int KIB = 1024;

    @Test
    void oneAddressGetsHalfOfWhatLargeBodiesMayHave() {
        BodyBudget budget = new BodyBudget(800 * KIB);
        BodyBudget.Share first = budget.open("10.0.0.1");
        assertThat(first.take(300 * KIB)).isTrue();
        assertThat(first.take(KIB)).isFalse();
        BodyBudget.Share other = budget.open("10.0.0.2");
        assertThat(other.take(300 * KIB)).isTrue();
        assertThat(budget.open("10.0.0.3").take(20 * KIB))
                .as("large ones have all they may")
                .isFalse();
        BodyBudget.Share small = budget.open("10.0.0.1");
        assertThat(small.take(10 * KIB)).isTrue();
        assertThat(budget.used()).isEqualTo(610 * KIB);
        small.close();
        first.close();
        other.close();
        other.close();
        assertThat(budget.used()).isZero();
        assertThat(budget.open("10.0.0.1").take(300 * KIB)).isTrue();
    }

    @Test
    void aBodyCountsForItsAddressAsAWholeOnceItIsLarge() {
        BodyBudget budget = new BodyBudget(800 * KIB);
        BodyBudget.Share growing = budget.open("10.0.0.1");
        for (int i = 0; i < 300; i++) {
            assertThat(growing.take(KIB)).isTrue();
        }
        assertThat(growing.take(KIB)).isFalse();
        growing.close();
        assertThat(budget.used()).isZero();
    }

    @Test
    void smallBodiesStopAtTheWhole() {
        BodyBudget budget = new BodyBudget(80 * KIB);
        for (int i = 0; i < 8; i++) {
            assertThat(budget.open("10.0.0.1").take(10 * KIB)).isTrue();
        }
        assertThat(budget.open("10.0.0.2").take(1)).isFalse();
    }

    @Test
    void openingsComeBackOverAMinute() {
        OpeningRate rate = new OpeningRate(60);
        long now = 0;
        for (int i = 0; i < 60; i++) {
            assertThat(rate.tryOpen("a", now)).isTrue();
        }
        assertThat(rate.tryOpen("a", now)).isFalse();
        assertThat(rate.tryOpen("b", now)).isTrue();
        long second = Duration.ofMillis(1_001).toNanos();
        assertThat(rate.tryOpen("a", now + second)).isTrue();
        assertThat(rate.tryOpen("a", now + second)).isFalse();
        assertThat(rate.tryOpen("a", now + Duration.ofHours(1).toNanos())).isTrue();
    }

    @Test
    void zeroIsNoBoundOfOpenings() {
        OpeningRate rate = new OpeningRate(0);
        for (int i = 0; i < 10_000; i++) {
            assertThat(rate.tryOpen("a", 0)).isTrue();
        }
    }
}
