// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.CancelJob;
import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.gateway.coordinator.OpenJob.Closing;
import dev.pullcast.gateway.coordinator.OpenJob.Ending;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private final Map<String, OpenJob> jobs = new LinkedHashMap<>();
    private final Map<String, Ended> ended = new LinkedHashMap<>();

    JobLedger(int partition, JobRules rules, WorkerTable workers) {
        this.partition = partition;
        this.rules = rules;
        this.workers = workers;
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
            case JobInput.Pause _ ->
                List.of(new Output.Reject(List.of("kind: PauseJob is not supported yet; nothing was paused")));
            case JobInput.Bad bad -> onBad(bad, now);
        };
    }

    /** A record of {@code pull.results}. */
    List<Output> onResult(PullEvent event, Instant now) {
        OpenJob open = apply(event, now);
        List<Output> outputs = new ArrayList<>(1);
        if (open != null) {
            settle(open, now, outputs);
        }
        return outputs;
    }

    /** A worker that targets may match now and did not match before. */
    List<Output> onWorker(WorkerStatus worker, Instant now) {
        List<Output> outputs = new ArrayList<>();
        for (OpenJob open : jobs.values()) {
            Target target = open.job().target();
            boolean wanted = target.mode() == Target.Mode.ALL || open.workers().isEmpty();
            if (wanted
                    && open.closing() == null
                    && now.isBefore(open.deadline())
                    && !open.workers().contains(worker.worker())
                    && WorkerTable.isCandidate(worker, target, now)) {
                open.add(worker.worker());
                outputs.add(new Output.Event(open.accepted(now)));
                outputs.add(new Output.Task(open.task(worker.worker(), partition)));
            }
        }
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
        }
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
            case JobInput.Pause _ -> {}
        }
    }

    /** A task that an earlier owner gave; after the jobs, before the results. */
    void restoreTask(TaskRecord task) {
        OpenJob open = jobs.get(task.job());
        if (open != null && task instanceof TaskRecord.PullTask given && given.jobPartition() == partition) {
            open.add(given.worker());
            open.restoreDeadline(given.deadline());
        }
    }

    /** A result that is known to an earlier owner, or news to all: the next {@link #onTime} draws the conclusions. */
    void restoreResult(PullEvent event, Instant now) {
        apply(event, now);
    }

    private List<Output> onWanted(JobInput.Wanted wanted, Watermark from, Instant now) {
        String id = wanted.job().id();
        String known = contentOf(id);
        if (known != null) {
            // No job.rejected: it would end, for those who watch it, the job that has the id by right.
            return known.isEmpty() || known.equals(wanted.content())
                    ? List.of()
                    : List.of(new Output.Reject(List.of(
                            "id: " + id + " belongs to an earlier job with other content; give every job its own")));
        }
        OpenJob open = new OpenJob(wanted.job(), wanted.content(), from, now, rules);
        chooseWorkers(open, now);
        List<Output> outputs = new ArrayList<>();
        outputs.add(new Output.Event(open.accepted(now)));
        open.workers().forEach(worker -> outputs.add(new Output.Task(open.task(worker, partition))));
        int size = Math.max(
                ContractJson.write(open.accepted(now)).length, ContractJson.write(open.task("", partition)).length);
        if (size > rules.maxRecordBytes()) {
            String reason = "images: with their full references the job becomes a record of " + size
                    + " bytes; at most " + rules.maxRecordBytes() + " are allowed; make several jobs of it";
            return reject(id, wanted.content(), List.of(reason), now);
        }
        jobs.put(id, open);
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
        OpenJob open = jobs.get(cancel.id());
        if (open == null) {
            return ended.containsKey(cancel.id())
                    ? List.of()
                    : List.of(new Output.Reject(List.of("id: no job " + cancel.id()
                            + " is known in this partition; write a cancel with the key and partitioner of its job")));
        }
        List<Output> outputs = new ArrayList<>();
        if (open.closing() == null) {
            Closing.Cancelled closing = cancelled(cancel, now);
            open.close(closing);
            cancelOpen(open, closing.message(), outputs);
            settle(open, now, outputs);
        }
        return outputs;
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
        return known.equals(bad.content()) ? List.of() : List.of(new Output.Reject(bad.reasons()));
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
                String content = contentOf(event.jobId());
                jobs.remove(event.jobId());
                ended.put(event.jobId(), new Ended(content == null ? "" : content, now));
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

    private static void end(@Nullable OpenJob open, PullEvent.OfPull event, Ending ending) {
        if (open != null) {
            open.end(event.origin().worker(), event.origin().pull(), ending);
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
                cancelOpen(open, "the job's deadline passed", outputs);
            }
            List<PullEvent.OfPull> missing = new ArrayList<>();
            open.forEachOpen((worker, pull) -> missing.add(JobEndings.onBehalf(open, closing, worker, pull, now)));
            missing.forEach(event -> {
                outputs.add(new Output.Event(event));
                apply(event, now);
            });
        }
        outputs.add(new Output.Event(JobEndings.completed(open, rules, now)));
        jobs.remove(open.job().id());
        ended.put(open.job().id(), new Ended(open.content(), now));
    }

    private static void cancelOpen(OpenJob open, String message, List<Output> outputs) {
        for (String worker : open.workers()) {
            if (open.isOpen(worker)) {
                outputs.add(new Output.Task(new TaskRecord.CancelTask(open.job().id(), worker, message)));
            }
        }
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

    private void forget(Instant now) {
        Iterator<Ended> oldest = ended.values().iterator();
        while (oldest.hasNext() && oldest.next().at().plus(MEMORY).isBefore(now)) {
            oldest.remove();
        }
    }
}
