// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.CancelJob;
import dev.pullcast.contract.job.PauseJob;
import dev.pullcast.contract.job.StandingSet;
import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.gateway.coordinator.OpenJob.Closing;
import dev.pullcast.gateway.coordinator.OpenJob.Ending;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of one partition: what is read changes it, and each change answers with what is to be written. It does no
 * I/O and has no clock, so that equal input gives equal output, and everything that it tells others has an id that
 * follows from the job alone. Owned by the coordinator's thread.
 */
final class JobLedger {
    /** As long as a job's record is kept; a job id that comes again later is a new job. */
    private static final Duration MEMORY = Duration.ofDays(7);

    private record Ended(String content, Instant at) {}

    private final int partition;
    private final JobRules rules;
    private final WorkerTable workers;
    private final Tasks tasks;
    private final StandingSets sets;
    private final Map<String, OpenJob> jobs = new LinkedHashMap<>();
    private final Map<String, Ended> ended = new LinkedHashMap<>();

    JobLedger(int partition, JobRules rules, WorkerTable workers) {
        this.partition = partition;
        this.rules = rules;
        this.workers = workers;
        this.tasks = new Tasks(partition, rules, workers);
        this.sets = new StandingSets(workers);
    }

    /** Whether anything of that id was seen here, or is kept. */
    boolean knows(String id) {
        return isKnown(id) || sets.has(id);
    }

    /** Jobs without an end. */
    int openJobs() {
        return jobs.size();
    }

    /** From where to read this ledger back, given where reading goes on. */
    Watermark watermark(Watermark next) {
        Watermark lowest = next;
        for (OpenJob open : jobs.values()) {
            lowest = lowest.min(open.from());
        }
        return lowest;
    }

    /**
     * A record of {@code pull.jobs}.
     *
     * @param from where to read from to meet it and its results again
     */
    List<Output> onJob(JobInput input, Watermark from, Instant now) {
        return switch (input) {
            case JobInput.Wanted wanted -> onWanted(wanted, from, now);
            case JobInput.Cancel(CancelJob cancel) -> onCancel(cancel, now);
            case JobInput.Pause(PauseJob pause) -> onPause(pause, now);
            case JobInput.Bad bad -> onBad(bad, now);
        };
    }

    /** A record of {@code pull.results}. */
    List<Output> onResult(PullEvent event, Instant now) {
        OpenJob open = apply(event, now);
        List<Output> outputs = new ArrayList<>(1);
        if (open != null) {
            settle(open, now, outputs);
            tasks.start(open, now, outputs);
        }
        return outputs;
    }

    /** Workers that targets may match now and did not match before. However many they are, a job says so once. */
    List<Output> onWorkers(Collection<WorkerStatus> arrived, Instant now) {
        List<Output> outputs = new ArrayList<>();
        for (OpenJob open : jobs.values()) {
            boolean grown = false;
            for (WorkerStatus worker : arrived) {
                if (open.isFor(worker, now)) {
                    open.add(worker.worker());
                    grown = true;
                }
            }
            if (grown) {
                outputs.add(new Output.Event(open.accepted(now)));
                tasks.start(open, now, outputs);
                tasks.note(open, outputs);
            }
        }
        arrived.forEach(worker -> sets.offer(worker, this::isKnown, now, outputs));
        return outputs;
    }

    /** Time passed. */
    List<Output> onTime(Instant now) {
        List<Output> outputs = new ArrayList<>();
        for (OpenJob open : List.copyOf(jobs.values())) {
            if (open.closing() == null && !now.isBefore(open.deadline())) {
                // Workers know the deadline and say themselves what they did not finish, if they live.
                open.close(new Closing.Expired(now.plus(rules.closeGrace())));
            }
            settle(open, now, outputs);
            tasks.replaceLost(open, now, outputs);
            tasks.start(open, now, outputs);
        }
        sets.refresh(now, this::isKnown, outputs);
        forget(now);
        return outputs;
    }

    /**
     * A record of {@code pull.jobs} that an earlier owner has handled.
     *
     * @param from as for {@link #onJob}
     * @param mayBeOpen whether it is at or behind the watermark
     */
    void restoreJob(JobInput input, Watermark from, boolean mayBeOpen, Instant now) {
        switch (input) {
            case JobInput.Wanted(var job, String content) -> {
                if (contentOf(job.id()) == null) {
                    if (mayBeOpen) {
                        jobs.put(job.id(), new OpenJob(job, content, from, now, rules));
                    } else {
                        ended.put(job.id(), new Ended(content, now));
                    }
                }
            }
            case JobInput.Cancel(CancelJob cancel) -> {
                OpenJob open = jobs.get(cancel.id());
                if (open != null) {
                    open.close(cancelled(cancel, now));
                }
            }
            case JobInput.Bad bad -> {
                if (bad.id() != null && bad.aboutJob() && contentOf(bad.id()) == null) {
                    ended.put(bad.id(), new Ended(bad.content(), now));
                }
            }
            case JobInput.Pause(PauseJob pause) -> {
                OpenJob open = jobs.get(pause.id());
                if (open != null) {
                    open.pause(pause.paused(), pause.workersAtOnce());
                }
            }
        }
    }

    /** A task that an earlier owner gave, or those whom it let wait; after the jobs, before the results. */
    void restoreTask(TaskRecord task) {
        OpenJob open = jobs.get(task.job());
        if (open == null) {
            return;
        }
        switch (task) {
            case TaskRecord.PullTask given
            when given.jobPartition() == partition -> {
                open.restoreDeadline(given.deadline());
                open.add(given.worker());
                tasks.started(open, given.worker());
            }
            case TaskRecord.CancelTask taken when open.closing() == null -> tasks.drop(open, taken.worker());
            case TaskRecord.WaitingWorkers waiting
            when waiting.jobPartition() == partition -> {
                open.restoreDeadline(waiting.deadline());
                if (open.job().target().mode() == Target.Mode.ALL) {
                    waiting.workers().forEach(open::add);
                }
            }
            case TaskRecord.PullTask _,
                    TaskRecord.WaitingWorkers _,
                    TaskRecord.CancelTask _,
                    TaskRecord.PauseTask _,
                    TaskRecord.RemoveTask _ -> {}
        }
    }

    /** A standing set that an earlier owner remembered. */
    void restoreSet(StandingSet set) {
        sets.restore(set);
    }

    /** A result that is known to an earlier owner, or news to all: the next {@link #onTime} draws the conclusions. */
    void restoreResult(PullEvent event, Instant now) {
        OpenJob open = jobs.get(event.jobId());
        if (open != null && event instanceof PullEvent.OfPull pull && JobEndings.isOnBehalf(pull)) {
            // Also of workers that never had a task.
            open.add(pull.origin().worker());
        }
        apply(event, now);
    }

    private List<Output> onWanted(JobInput.Wanted wanted, Watermark from, Instant now) {
        String id = wanted.job().id();
        String known = contentOf(id);
        if (known != null) {
            return known.isEmpty() || known.equals(wanted.content()) ? List.of() : Refusals.taken(wanted.job(), now);
        }
        OpenJob open = new OpenJob(wanted.job(), wanted.content(), from, now, rules);
        chooseWorkers(open, now);
        List<Output> outputs = new ArrayList<>();
        outputs.add(new Output.Event(open.accepted(now)));
        int size = Math.max(
                ContractJson.write(open.accepted(now)).length, ContractJson.write(open.task("", partition)).length);
        if (size > rules.maxRecordBytes()) {
            String reason = "images: with their full references the job becomes a record of " + size
                    + " bytes; at most " + rules.maxRecordBytes() + " are allowed; make several jobs of it";
            return reject(id, wanted.content(), List.of(reason), now);
        }
        jobs.put(id, open);
        tasks.start(open, now, outputs);
        tasks.note(open, outputs);
        sets.begin(open.job(), now, outputs);
        return outputs;
    }

    private List<Output> onPause(PauseJob pause, Instant now) {
        OpenJob open = jobs.get(pause.id());
        if (open == null) {
            return unknown(pause.id());
        }
        boolean changed = open.isPaused() != pause.paused();
        open.pause(pause.paused(), pause.workersAtOnce());
        List<Output> outputs = new ArrayList<>();
        if (changed && open.closing() == null) {
            outputs.add(new Output.Event(open.accepted(now)));
            tasks.pause(open, pause.paused(), outputs);
        }
        tasks.start(open, now, outputs);
        return outputs;
    }

    private void chooseWorkers(OpenJob open, Instant now) {
        Target target = open.job().target();
        switch (target.mode()) {
            case ALL -> workers.matching(target, now).forEach(worker -> open.add(worker.worker()));
            case ANY -> workers.pick(target, open.job().id(), now).ifPresent(worker -> open.add(worker.worker()));
        }
    }

    private List<Output> onCancel(CancelJob cancel, Instant now) {
        List<Output> outputs = new ArrayList<>();
        boolean kept = sets.end(cancel.id(), outputs);
        OpenJob open = jobs.get(cancel.id());
        if (open == null) {
            return kept ? outputs : unknown(cancel.id());
        }
        if (open.closing() == null) {
            Closing.Cancelled closing = cancelled(cancel, now);
            open.close(closing);
            tasks.cancel(open, closing.message(), outputs);
            endWaiting(open, closing, now, outputs);
            settle(open, now, outputs);
        }
        return outputs;
    }

    /** What is to be done to a job that is not open. */
    private List<Output> unknown(String id) {
        return ended.containsKey(id) ? List.of() : Refusals.unknown(id);
    }

    private List<Output> onBad(JobInput.Bad bad, Instant now) {
        String id = bad.id();
        if (id == null || !bad.aboutJob()) {
            return List.of(new Output.Reject(bad.reasons()));
        }
        String known = contentOf(id);
        if (known == null) {
            return reject(id, bad.content(), bad.reasons(), now);
        }
        return known.equals(bad.content()) ? List.of() : Refusals.conflict(id, null, bad.reasons(), now);
    }

    private List<Output> reject(String id, String content, List<String> reasons, Instant now) {
        ended.put(id, new Ended(content, now));
        return List.of(new Output.Reject(reasons), new Output.Event(new PullEvent.JobRejected(id, now, null, reasons)));
    }

    /** Takes note of a result; the job that it changed, or null. */
    private @Nullable OpenJob apply(PullEvent event, Instant now) {
        OpenJob open = jobs.get(event.jobId());
        switch (event) {
            case PullEvent.Succeeded e -> end(open, e, Ending.SUCCEEDED);
            case PullEvent.Skipped e -> end(open, e, Ending.SKIPPED);
            case PullEvent.Failed e -> end(open, e, Ending.FAILED);
            case PullEvent.Cancelled e -> end(open, e, Ending.CANCELLED);
            case PullEvent.JobCompleted _, PullEvent.JobRejected _ -> {
                // Written by this coordinator or by an earlier owner of the partition: the job has its end.
                if (event.isTerminal()) {
                    String content = contentOf(event.jobId());
                    close(event.jobId(), content == null ? "" : content, now);
                }
                return null;
            }
            case PullEvent.Queued _,
                    PullEvent.Started _,
                    PullEvent.Layer _,
                    PullEvent.Progress _,
                    PullEvent.Retrying _,
                    PullEvent.JobAccepted _,
                    PullEvent.Unknown _ -> {}
        }
        return open;
    }

    private void end(@Nullable OpenJob open, PullEvent.OfPull event, Ending ending) {
        if (open != null) {
            String worker = event.origin().worker();
            boolean running = open.isRunning(worker);
            if (open.end(worker, event.origin().pull(), ending) && running) {
                tasks.ended(worker);
            }
        }
    }

    /** Ends the job if nothing more is to be waited for. */
    private void settle(OpenJob open, Instant now, List<Output> outputs) {
        Closing closing = open.closing();
        boolean nobody = open.workers().isEmpty();
        boolean patient = closing == null
                && !open.isGraceOver(now)
                && (nobody || !open.absent().isEmpty());
        boolean outOfTime = closing != null && !now.isBefore(closing.at());
        if (!outOfTime && (patient || !open.isAnswered())) {
            return;
        }
        if (closing != null) {
            if (closing instanceof Closing.Expired) {
                tasks.cancel(open, "the job's deadline passed", outputs);
            }
            endOnBehalf(open, closing, _ -> true, now, outputs);
        }
        outputs.add(new Output.Event(JobEndings.completed(open, rules, now)));
        close(open.job().id(), open.content(), now);
    }

    private void close(String id, String content, Instant now) {
        OpenJob open = jobs.remove(id);
        if (open != null) {
            tasks.ended(open);
        }
        ended.put(id, new Ended(content, now));
    }

    /** Those who have no task will not say how their pulls ended. */
    private void endWaiting(OpenJob open, Closing closing, Instant now, List<Output> outputs) {
        endOnBehalf(open, closing, worker -> !open.isRunning(worker), now, outputs);
    }

    private void endOnBehalf(
            OpenJob open, Closing closing, Predicate<String> whose, Instant now, List<Output> outputs) {
        List<PullEvent.OfPull> missing = new ArrayList<>();
        open.forEachOpen((worker, pull) -> {
            if (whose.test(worker)) {
                missing.add(JobEndings.onBehalf(open, closing, worker, pull, now));
            }
        });
        missing.forEach(event -> {
            outputs.add(new Output.Event(event));
            apply(event, now);
        });
    }

    private Closing.Cancelled cancelled(CancelJob cancel, Instant now) {
        String message = cancel.message();
        return new Closing.Cancelled(now.plus(rules.closeGrace()), message == null ? "cancelled" : message);
    }

    /** The fingerprint of the job that has the id, empty if only its end is known; null if nobody has it. */
    private @Nullable String contentOf(String id) {
        OpenJob open = jobs.get(id);
        if (open != null) {
            return open.content();
        }
        Ended before = ended.get(id);
        return before == null ? null : before.content();
    }

    private boolean isKnown(String id) {
        return contentOf(id) != null;
    }

    private void forget(Instant now) {
        Iterator<Ended> oldest = ended.values().iterator();
        while (oldest.hasNext() && oldest.next().at().plus(MEMORY).isBefore(now)) {
            oldest.remove();
        }
    }
}
