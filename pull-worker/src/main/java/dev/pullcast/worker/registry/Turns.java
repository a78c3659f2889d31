// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Turns of questions: one at a time for each registry, a bounded number in all, and a bounded number that wait. Keeps
 * nothing of a registry that is not being asked. Safe from any thread.
 */
final class Turns {
    static final int MAX_WAITING = 128;

    private final Semaphore all;
    /** Guarded by itself. */
    private final Map<String, Line> lines = new HashMap<>();

    private int taken;

    /** Those who ask one registry; {@code users} is guarded by the map. */
    private static final class Line {
        private final Semaphore turn = new Semaphore(1, true);
        private int users;
    }

    Turns(int maxAtOnce) {
        all = new Semaphore(maxAtOnce, true);
    }

    /** A turn that must be given back. */
    interface Turn extends AutoCloseable {
        @Override
        void close();
    }

    /** Waits for a turn, up to the deadline. */
    Turn take(String registry, Deadline deadline) throws RegistryException {
        Line line = join(registry);
        boolean hasLine = false;
        try {
            hasLine = line.turn.tryAcquire(deadline.millis(), TimeUnit.MILLISECONDS);
            if (hasLine && all.tryAcquire(deadline.millis(), TimeUnit.MILLISECONDS)) {
                return () -> {
                    all.release();
                    line.turn.release();
                    leave(registry, line);
                };
            }
            throw new RegistryException(Refusal.BUSY, "others are asking, and there was no turn in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            giveUp(registry, line, hasLine);
            throw new RegistryException(Refusal.TOO_LATE, "interrupted");
        } catch (RegistryException e) {
            giveUp(registry, line, hasLine);
            throw e;
        }
    }

    private void giveUp(String registry, Line line, boolean hasLine) {
        if (hasLine) {
            line.turn.release();
        }
        leave(registry, line);
    }

    private Line join(String registry) throws RegistryException {
        synchronized (lines) {
            if (taken >= MAX_WAITING) {
                throw new RegistryException(Refusal.BUSY, MAX_WAITING + " questions to registries wait already");
            }
            taken++;
            Line line = lines.computeIfAbsent(registry, _ -> new Line());
            line.users++;
            return line;
        }
    }

    private void leave(String registry, Line line) {
        synchronized (lines) {
            taken--;
            if (--line.users == 0) {
                lines.remove(registry);
            }
        }
    }

    /** Registries of which something is kept. */
    int registries() {
        synchronized (lines) {
            return lines.size();
        }
    }
}
