// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.worker.engine.PullFailure;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
    private static final RandomGenerator MOST = new RandomGenerator() {
        @Override
        public long nextLong() {
            return -1;
        }

        @Override
        public long nextLong(long bound) {
            return bound - 1;
        }
    };
    private static final PullFailure NETWORK = PullFailure.of(FailureReason.NETWORK, "reset");

    private final RetryPolicy policy = RetryPolicy.of(6, Duration.ofSeconds(2), Duration.ofSeconds(20));

    @Test
    void theBoundOfTheDelayDoublesUpToTheCap() {
        RetryPolicy current = policy;
        for (long bound : new long[] {2, 4, 8, 16, 20, 20}) {
            RetryPolicy.Next next = current.next(NETWORK, MOST).orElseThrow();
            assertThat(next.delay()).isEqualTo(Duration.ofSeconds(bound));
            current = next.policy();
        }
        assertThat(current.next(NETWORK, MOST)).isEmpty();
    }

    @Test
    void jitterTakesARandomPartOfTheWholeDelay() {
        RandomGenerator random = new java.util.Random(7);
        long distinct = java.util.stream.IntStream.range(0, 50)
                .mapToObj(_ -> policy.next(NETWORK, random).orElseThrow().delay())
                .peek(delay -> assertThat(delay).isBetween(Duration.ZERO, Duration.ofSeconds(2)))
                .distinct()
                .count();
        assertThat(distinct).isGreaterThan(30);
    }

    @Test
    void aStatedDelayIsKeptInFull() {
        PullFailure limited =
                new PullFailure(FailureReason.RATE_LIMITED, true, "toomanyrequests", Duration.ofSeconds(90));
        assertThat(policy.next(limited, MOST).map(RetryPolicy.Next::delay)).contains(Duration.ofSeconds(92));
    }

    @Test
    void whatCannotHealIsNotRetried() {
        for (FailureReason reason : FailureReason.values()) {
            Optional<RetryPolicy.Next> next = policy.next(PullFailure.of(reason, "x"), MOST);
            assertThat(next.isPresent()).as(reason.wireName()).isEqualTo(reason.retryable());
        }
        assertThat(FailureReason.AUTH.retryable()).isFalse();
        assertThat(FailureReason.NOT_FOUND.retryable()).isFalse();
        assertThat(FailureReason.INVALID_REFERENCE.retryable()).isFalse();
    }
}
