// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/** Timers that run when the test moves the time. */
public final class ManualTimers implements Timers {
    private final Map<Long, Timer> timers = new HashMap<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private long ids;

    private record Timer(Instant at, long id, Runnable task) {}

    @Override
    public long after(Duration delay, Runnable task) {
        timers.put(++ids, new Timer(now.plus(delay), ids, task));
        return ids;
    }

    @Override
    public void cancel(long id) {
        timers.remove(id);
    }

    @Override
    public Instant instant() {
        return now;
    }

    /** Moves the time on, running what is due in order. */
    public void advance(Duration by) {
        Instant end = now.plus(by);
        while (true) {
            Timer next = timers.values().stream()
                    .filter(t -> !t.at().isAfter(end))
                    .min(Comparator.comparing(Timer::at).thenComparingLong(Timer::id))
                    .orElse(null);
            if (next == null) {
                now = end;
                return;
            }
            timers.remove(next.id());
            now = next.at().isAfter(now) ? next.at() : now;
            next.task().run();
        }
    }

    /** Timers that would still run. */
    public int pending() {
        return timers.size();
    }
}
