// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.intake;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.worker.engine.PullFailure;
import dev.pullcast.worker.publish.EventPublisher;
import dev.pullcast.worker.pull.PullReporter;
import dev.pullcast.worker.pull.PullRun;
import dev.pullcast.worker.pull.PullSpec;
import dev.pullcast.worker.pull.PullStep;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Room for pulls: a bounded number runs at once, the rest waits in order; equal ones share one run. A run that backs off
 * keeps its slot, so that a registry in trouble is not asked even more. All fields belong to the worker's context.
 */
public final class PullSlots {
    static final int MAX_PAUSED_AHEAD = 100;

    private final PullRun.Parts parts;
    private final PullReporter.Identity identity;
    private final EventPublisher publisher;

    private final Map<PullSpec.Key, Slot> open = new HashMap<>();
    private final Deque<Slot> waiting = new ArrayDeque<>();
    private final Set<String> paused = new LinkedHashSet<>();
    private final Map<String, Integer> runningByJob = new HashMap<>();
    private final Map<String, Integer> runningByRegistry = new HashMap<>();
    private int running;

    /** A run and who follows it; the job of the first one is charged for it. */
    private static final class Slot {
        final PullSpec first;
        final PullRun run;
        final Set<String> jobs = new HashSet<>();
        boolean started;

        Slot(PullSpec first, PullRun run) {
            this.first = first;
            this.run = run;
        }

        String registry() {
            return first.reference().domain();
        }
    }

    /** A pull that was submitted. */
    public interface Ticket {
        /** Its terminal event, as soon as it is known; never fails. */
        Future<PullEvent.OfPull> ended();

        /** Completes when the terminal event can no longer be lost. */
        Future<Void> published();

        /** Ends it as cancelled, unless it has ended; other jobs that share the engine's call go on. */
        void cancel(String message);
    }

    /** Slots for {@code parts.settings().parallelism()} runs. */
    public PullSlots(PullRun.Parts parts, PullReporter.Identity identity, EventPublisher publisher) {
        this.parts = parts;
        this.identity = identity;
        this.publisher = publisher;
    }

    /** Takes a pull; {@code pull.queued} is published at once. */
    public Ticket submit(PullSpec spec) {
        PullReporter reporter = new PullReporter(spec, identity, parts.timers(), publisher);
        Slot slot = slotFor(spec);
        slot.jobs.add(spec.job());
        slot.run.join(reporter);
        long deadline = parts.timers()
                .after(
                        Duration.between(parts.timers().instant(), spec.deadline()),
                        () -> slot.run.leave(
                                reporter,
                                new PullStep.Failed(PullFailure.of(
                                        FailureReason.TIMEOUT,
                                        "the job's deadline " + spec.deadline() + " has passed"))));
        reporter.ended().onComplete(_ -> parts.timers().cancel(deadline));
        startWaiting();
        return new Ticket() {
            @Override
            public Future<PullEvent.OfPull> ended() {
                return reporter.ended();
            }

            @Override
            public Future<Void> published() {
                return reporter.published();
            }

            @Override
            public void cancel(String message) {
                slot.jobs.remove(spec.job());
                slot.run.leave(reporter, new PullStep.Cancelled(message));
            }
        };
    }

    /**
     * Starts no more pulls of a job, or goes on; what runs is left alone, and what an unpaused job wants, too. Of jobs
     * without open pulls here {@value #MAX_PAUSED_AHEAD} are remembered.
     */
    public void pause(String job, boolean pause) {
        if (pause) {
            paused.add(job);
            if (paused.size() > MAX_PAUSED_AHEAD) {
                List<String> ahead = paused.stream().filter(id -> !isOpen(id)).toList();
                ahead.subList(0, Math.max(0, ahead.size() - MAX_PAUSED_AHEAD)).forEach(paused::remove);
            }
        } else if (paused.remove(job)) {
            startWaiting();
        }
    }

    private boolean isOpen(String job) {
        return open.values().stream().anyMatch(slot -> slot.jobs.contains(job));
    }

    /** Jobs that are paused, for tests. */
    int pausedJobs() {
        return paused.size();
    }

    /** Engine calls now, with those that back off. */
    public int running() {
        return running;
    }

    /** Runs that wait for room. */
    public int queued() {
        return waiting.size();
    }

    private Slot slotFor(PullSpec spec) {
        Slot existing = open.get(spec.key());
        if (existing != null) {
            return existing;
        }
        List<Slot> self = new ArrayList<>(1);
        Slot slot = new Slot(spec, new PullRun(spec, parts, () -> release(self.getFirst())));
        self.add(slot);
        open.put(spec.key(), slot);
        waiting.add(slot);
        return slot;
    }

    private void release(Slot slot) {
        open.remove(slot.first.key(), slot);
        paused.removeIf(job -> slot.jobs.contains(job) && !isOpen(job));
        if (slot.started) {
            running--;
            runningByJob.computeIfPresent(slot.first.job(), (_, n) -> n == 1 ? null : n - 1);
            runningByRegistry.computeIfPresent(slot.registry(), (_, n) -> n == 1 ? null : n - 1);
        } else {
            waiting.remove(slot);
        }
        startWaiting();
    }

    private void startWaiting() {
        List<Slot> starting = new ArrayList<>();
        for (Iterator<Slot> i = waiting.iterator();
                i.hasNext() && running < parts.settings().parallelism(); ) {
            Slot slot = i.next();
            if (hasRoom(slot)) {
                i.remove();
                slot.started = true;
                running++;
                runningByJob.merge(slot.first.job(), 1, Integer::sum);
                runningByRegistry.merge(slot.registry(), 1, Integer::sum);
                starting.add(slot);
            }
        }
        starting.forEach(slot -> slot.run.start());
    }

    private boolean hasRoom(Slot slot) {
        Integer ofJob = slot.first.parallelism();
        int ofRegistry = parts.settings().guards().perRegistry();
        return !paused.containsAll(slot.jobs)
                && (ofJob == null || runningByJob.getOrDefault(slot.first.job(), 0) < ofJob)
                && (ofRegistry == 0 || runningByRegistry.getOrDefault(slot.registry(), 0) < ofRegistry);
    }
}
