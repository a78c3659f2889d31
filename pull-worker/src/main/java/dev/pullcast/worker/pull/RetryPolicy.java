// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import dev.pullcast.worker.engine.PullFailure;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * When to try again: exponential backoff with full jitter (a random part of the whole delay, so that a fleet does not
 * come back at once). A value: each failure gives the delay and the policy for the next one.
 *
 * @param retriesLeft before giving up
 * @param failures so far
 * @param base bound of the first delay; doubles with each failure
 * @param cap bound of every delay
 */
public record RetryPolicy(int retriesLeft, int failures, Duration base, Duration cap) {
    /** The delay until the next attempt, and what holds after it. */
    public record Next(Duration delay, RetryPolicy policy) {}

    /** A policy before any failure. */
    public static RetryPolicy of(int backoffLimit, Duration base, Duration cap) {
        return new RetryPolicy(backoffLimit, 0, base, cap);
    }

    /** Empty when the failure cannot heal or no retry is left. A stated delay is kept in full, jitter comes on top. */
    public Optional<Next> next(PullFailure failure, RandomGenerator random) {
        if (!failure.retryable() || retriesLeft <= 0) {
            return Optional.empty();
        }
        long bound = Math.min(cap.toMillis(), base.toMillis() << Math.min(failures, 30));
        Duration jitter = Duration.ofMillis(random.nextLong(bound + 1));
        Duration stated = failure.retryAfter() == null ? Duration.ZERO : failure.retryAfter();
        return Optional.of(new Next(stated.plus(jitter), new RetryPolicy(retriesLeft - 1, failures + 1, base, cap)));
    }
}
