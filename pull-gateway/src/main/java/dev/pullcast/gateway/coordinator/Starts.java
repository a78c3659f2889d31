// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.job.PullJob;
import java.time.Instant;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The workers of a job that have no task yet, each with its own moment within the job's spread. The moment follows from
 * the ids and the acceptance, so it is the same after any crash. Owned by the coordinator's thread.
 */
final class Starts {
    private record Start(Instant at, String worker) implements Comparable<Start> {
        private static final Comparator<Start> ORDER =
                Comparator.comparing(Start::at).thenComparing(Start::worker);

        @Override
        public int compareTo(Start other) {
            return ORDER.compare(this, other);
        }
    }

    private final PullJob job;
    private final TreeSet<Start> waiting = new TreeSet<>();
    private final Instant accepted;

    Starts(PullJob job, Instant accepted) {
        this.job = job;
        this.accepted = accepted;
    }

    void add(String worker) {
        waiting.add(startOf(worker));
    }

    void remove(String worker) {
        waiting.remove(startOf(worker));
    }

    /** Whether there is anybody whose moment has come; cheap. */
    boolean isDue(Instant now) {
        return !waiting.isEmpty() && !waiting.first().at().isAfter(now);
    }

    /** Those whose moment has come, the earliest first. */
    Stream<String> due(Instant now, Predicate<String> isLive) {
        return waiting.stream()
                .takeWhile(start -> !start.at().isAfter(now))
                .map(Start::worker)
                .filter(isLive);
    }

    private Start startOf(String worker) {
        Integer spread = job.rollout().spread();
        if (spread == null || spread == 0) {
            return new Start(accepted, worker);
        }
        long seed = (job.id() + '/' + worker).hashCode();
        return new Start(accepted.plusMillis(new SplittableRandom(seed).nextInt(spread * 1000)), worker);
    }
}
