// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** Time that stands still until a test moves it. Safe for any thread. */
public final class ManualClock implements InstantSource {
    /** Where it stands at first: a round moment, the same in every run. */
    public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(START);

    @Override
    public Instant instant() {
        return now.get();
    }

    /** Moves on by a time that is not negative, and returns the new moment. */
    public Instant advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("time does not run backwards: " + by);
        }
        return now.updateAndGet(before -> before.plus(by));
    }

    /** How long after {@link #START} it is. */
    public Duration elapsed() {
        return Duration.between(START, instant());
    }
}
