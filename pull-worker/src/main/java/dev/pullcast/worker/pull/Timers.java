// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Time for pulls: the clock, and one-shot timers that a test can drive. */
public interface Timers extends InstantSource {
    /** Runs the task once after the delay, on the worker's context; gives an id for {@link #cancel}. */
    long after(Duration delay, Runnable task);

    /** Cancels a timer; no effect when it has run. */
    void cancel(long id);

    /** The real ones. */
    static Timers of(Vertx vertx, InstantSource clock) {
        return new Timers() {
            @Override
            public long after(Duration delay, Runnable task) {
                return vertx.setTimer(Math.max(1, delay.toMillis()), _ -> task.run());
            }

            @Override
            public void cancel(long id) {
                vertx.cancelTimer(id);
            }

            @Override
            public Instant instant() {
                return clock.instant();
            }
        };
    }
}
