// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.CancelJob;
import dev.pullcast.contract.job.PauseJob;
import dev.pullcast.contract.job.StandingSet;
import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.job.TaskRecord.TaskPull;
import dev.pullcast.contract.worker.WorkerStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of one partition: what is read changes it, and each change answers with what is to be written. It does no
 * I/O and has no clock, so that equal input gives equal output, and everything that it tells others has an id that
 * follows from the job alone. Owned by the coordinator's thread.
 */
final class JobLedger {
    /** As long as a job's record is kept; a job id that comes again later is a new job. */
    private static final Duration MEMORY = Duration.ofDays(7);
    /** Size of an event that ends a pull, in two topics, about. */
    private static final int EVENT_BYTES = 2_000;

    private static final String NOT_OF_THE_SET =
            "set: is written by the coordinator alone, and this is not what a standing set of that id gives; leave it out,"
                    + " and write keep for a set of your own";

    private final JobRules rules;
    private final WorkerTable workers;
    private final Budget budget;
    private final Admission admission;
    private final Tasks tasks;
    private final StandingSets sets;
    private final Map<String, OpenJob> jobs = new LinkedHashMap<>();
    private final Map<String, JobEntry.Ended> ended = new LinkedHashMap<>();
    /** Jobs whose end, or whose being forgotten, is not written to the changelog yet. */
    private final Set<String> endings = new LinkedHashSet<>();
    /** Keys of the changelog that are of no more use. */
    private final ArrayDeque<String> garbage = new ArrayDeque<>();

    /**
     * A ledger that knows no job.
     *
     * @param budget of the transaction, shared by all ledgers of a coordinator
     */
    JobLedger(int partition, JobRules rules, WorkerTable workers, Budget budget) {
        this(partition, rules, workers, budget, new Admission(rules.tenants(), new LongAdder()));
    }

    /** The same with what decides on jobs of all ledgers of a coordinator. */
    JobLedger(int partition, JobRules rules, WorkerTable workers, Budget budget, Admission admission) {
        this.admission = admission;
        this.rules = rules;
        this.workers = workers;
        this.budget = budget;
        this.tasks = new Tasks(partition, rules, workers, budget);
        this.sets = new StandingSets(partition, workers, admission);
    }

    /** Whether anything of that id was seen here, or is kept. */
    boolean knows(String id) {
        return isKnown(id) || sets.has(id);
    }

    /** Jobs without an end. */
    int openJobs() {
        return jobs.size();
    }

    /** A record of {@code pull.jobs}. */
    List<Output> onJob(JobInput input, Instant now) {
        return switch (input) {
            case JobInput.Wanted wanted -> onWanted(wanted, now);
            case JobInput.Cancel(CancelJob cancel) -> onCancel(cancel, now);
            case JobInput.Pause(PauseJob pause) -> onPause(pause, now);
            case JobInput.Bad bad -> onBad(bad, now);
        };
    }

    /** A record of {@code pull.results}. */
    List<Output> onResult(PullEvent event, Instant now) {
        List<Output> outputs = new ArrayList<>(1);
        OpenJob open = jobs.get(event.jobId());
        if (open != null) {
            apply(open, event);
            advance(open, now, outputs);
        }
        return outputs;
    }

    /** Workers that targets may match now and did not match before. However many they are, a job says so once. */
    List<Output> onWorkers(Collection<WorkerStatus> arrived, Instant now) {
        List<Output> outputs = new ArrayList<>();
        for (OpenJob open : jobs.values()) {
            int before = open.workers().size();
            for (WorkerStatus worker : arrived) {
                if (open.isFor(worker, now)) {
                    expect(open, worker, now);
                }
            }
            if (open.workers().size() > before) {
                outputs.add(new Output.Event(open.accepted(now)));
                tasks.start(open, now, outputs);
            }
        }
        arrived.forEach(worker -> sets.offer(worker, this::isKnown, now, outputs));
        return outputs;
    }

    private void expect(OpenJob open, WorkerStatus worker, Instant now) {
        if (open.job().target().mode() == Target.Mode.ANY) {
            chooseWorkers(open, now);
        } else {
            open.add(worker.worker());
        }
    }

    /** Time passed. */
    List<Output> onTime(Instant now) {
        List<Output> outputs = new ArrayList<>();
        for (OpenJob open : List.copyOf(jobs.values())) {
            if (open.closing() == null && !now.isBefore(open.deadline())) {
                // Workers know the deadline and say themselves what they did not finish, if they live.
                open.close(new Closing.Expired(now.plus(rules.closeGrace())));
            }
            advance(open, now, outputs);
        }
        sets.refresh(now, this::isKnown, outputs);
        forget(now);
        return outputs;
    }

    /**
     * Takes over the state that an earlier owner wrote to the changelog, before anything else.
     *
     * @param state the newest value of each key
     */
    void restore(Map<String, JobEntry> state) {
        LedgerReader reader = new LedgerReader(state);
        ended.putAll(reader.ended());
        reader.open().forEach(open -> {
            open(open);
            tasks.restore(open);
        });
        garbage.addAll(reader.garbage());
    }

    /** Hands over what changed since the last call, as records of the changelog. */
    void takeChanges(List<Output> outputs) {
        while (!garbage.isEmpty() && !budget.isSpent()) {
            String key = garbage.remove();
            if (!jobs.containsKey(JobEntry.jobOf(key))) {
                outputs.add(new Output.State(key, null));
                budget.spend(key.length());
            }
        }
        jobs.values().forEach(open -> open.takeChanges(outputs));
        for (String id : endings) {
            outputs.add(new Output.State(JobEntry.key(id), ended.get(id)));
        }
        endings.clear();
    }

    /** Whether keys of the changelog wait to be removed. */
    boolean hasGarbage() {
        return !garbage.isEmpty();
    }

    /** Everything that the changelog has to hold of this ledger, by key. */
    Map<String, JobEntry> state() {
        Map<String, JobEntry> all = new LinkedHashMap<>(ended);
        jobs.values().forEach(open -> all.putAll(open.state()));
        return all;
    }

    /** A standing set that an earlier owner remembered. */
    void restoreSet(StandingSet set) {
        sets.restore(set);
    }

    private List<Output> onWanted(JobInput.Wanted wanted, Instant now) {
        String id = wanted.job().id();
        String known = contentOf(id);
        if (known != null) {
            return known.equals(wanted.content()) ? List.of() : Refusals.taken(wanted.job(), now);
        }
        if (wanted.job().keeping().set() != null && !sets.gives(wanted.job())) {
            return reject(wanted, List.of(NOT_OF_THE_SET), now);
        }
        List<String> notAllowed = admission.notAllowed(wanted.job());
        if (!notAllowed.isEmpty()) {
            return reject(wanted, notAllowed, now);
        }
        OpenJob open = new OpenJob(wanted.job(), wanted.content(), now, rules);
        chooseWorkers(open, now);
        List<Output> outputs = new ArrayList<>();
        outputs.add(new Output.Event(open.accepted(now)));
        int size = Math.max(ContractJson.write(open.accepted(now)).length, open.taskBytes());
        if (size > rules.maxRecordBytes()) {
            String reason = "images: with their full references the job becomes a record of " + size
                    + " bytes; at most " + rules.maxRecordBytes() + " are allowed; make several jobs of it";
            return reject(wanted, List.of(reason), now);
        }
        List<String> noRoom = admission.noRoom(open, wanted.bytes(), !wanted.ofSet(), now);
        if (!noRoom.isEmpty()) {
            return reject(wanted, noRoom, now);
        }
        open(open);
        budget.spend(size);
        tasks.start(open, now, outputs);
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
        }
        advance(open, now, outputs);
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
        if (open == null && !kept) {
            return unknown(cancel.id());
        }
        for (OpenJob each : List.copyOf(jobs.values())) {
            // What a set has given ends with it: a task that came later would hold its images for good.
            boolean given = kept && cancel.id().equals(each.job().keeping().set());
            if ((each == open || given) && each.closing() == null) {
                each.close(cancelled(cancel, now));
                advance(each, now, outputs);
            }
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
            return reject(id, null, bad.content(), bad.reasons(), now);
        }
        return known.equals(bad.content()) ? List.of() : Refusals.conflict(id, null, bad.reasons(), now);
    }

    private List<Output> reject(JobInput.Wanted wanted, List<String> reasons, Instant now) {
        return reject(wanted.job().id(), wanted.job().soleProject(), wanted.content(), reasons, now);
    }

    private List<Output> reject(
            String id, @Nullable String project, String content, List<String> reasons, Instant now) {
        end(id, content, now);
        return List.of(
                new Output.Reject(reasons), new Output.Event(new PullEvent.JobRejected(id, now, project, reasons)));
    }

    private void open(OpenJob job) {
        jobs.put(job.job().id(), job);
        admission.opened(job);
    }

    /** Another coordinator has the partition now. */
    void release() {
        jobs.values().forEach(admission::closed);
        sets.release();
    }

    private void apply(OpenJob open, PullEvent event) {
        switch (event) {
            case PullEvent.Succeeded e -> end(open, e, Ending.SUCCEEDED);
            case PullEvent.Skipped e -> end(open, e, Ending.SKIPPED);
            case PullEvent.Failed e -> end(open, e, Ending.FAILED);
            case PullEvent.Cancelled e -> end(open, e, Ending.CANCELLED);
            // The end of a job is written in one transaction with the changelog, which is where it is known from.
            case PullEvent.JobCompleted _,
                    PullEvent.JobRejected _,
                    PullEvent.Queued _,
                    PullEvent.Started _,
                    PullEvent.Layer _,
                    PullEvent.Progress _,
                    PullEvent.Retrying _,
                    PullEvent.JobAccepted _,
                    PullEvent.ImageRemoved _,
                    PullEvent.Unknown _ -> {}
        }
    }

    private void end(OpenJob open, PullEvent.OfPull event, Ending ending) {
        String worker = event.origin().worker();
        boolean running = open.isRunning(worker);
        if (open.end(worker, event.origin().pull(), ending) && running) {
            tasks.ended(worker);
        }
    }

    /** Does what the state of a job asks for, as far as the transaction has room. */
    private void advance(OpenJob open, Instant now, List<Output> outputs) {
        Closing closing = open.closing();
        boolean outOfTime = closing != null && !now.isBefore(closing.at());
        if (closing == null) {
            tasks.replaceLost(open, now, outputs);
            tasks.tell(open, null, outputs);
            tasks.start(open, now, outputs);
        } else {
            if (closing instanceof Closing.Cancelled cancelled) {
                tasks.tell(open, cancelled.message(), outputs);
            } else if (outOfTime) {
                tasks.tell(open, "the job's deadline passed", outputs);
            }
            writeEnds(open, closing, outOfTime, now, outputs);
        }
        settle(open, now, outputs);
    }

    /**
     * Writes ends on behalf of workers: of a cancelled job for those that have no task, out of time for all. They count
     * when they are read back: where the worker's own answer stands before it in the log, that one counts.
     */
    private void writeEnds(OpenJob open, Closing closing, boolean outOfTime, Instant now, List<Output> outputs) {
        if (!outOfTime && closing instanceof Closing.Expired) {
            return;
        }
        Iterator<Assignment> unwritten = open.unwritten(outOfTime);
        while (unwritten.hasNext() && !budget.isSpent()) {
            Assignment assignment = unwritten.next();
            if (!assignment.isAnswered() && (outOfTime || !assignment.isGiven())) {
                for (TaskPull pull : open.write(assignment)) {
                    outputs.add(new Output.Event(JobEndings.onBehalf(open, closing, assignment.worker(), pull, now)));
                    budget.spend(EVENT_BYTES);
                }
            }
        }
    }

    /** Ends the job if nothing more is to be waited for. */
    private void settle(OpenJob open, Instant now, List<Output> outputs) {
        boolean patient = open.closing() == null
                && (isMissingSome(open, now) || workers.isUnsettled(open.job().target(), now));
        if (!patient && open.isAnswered()) {
            outputs.add(new Output.Event(JobEndings.completed(open, rules, now)));
            String id = open.job().id();
            jobs.remove(id);
            tasks.ended(open);
            admission.closed(open);
            garbage.addAll(open.keys());
            end(id, open.content(), now);
        }
    }

    private static boolean isMissingSome(OpenJob open, Instant now) {
        return !open.isGraceOver(now)
                && (open.workers().isEmpty() || !open.absent().isEmpty());
    }

    private void end(String id, String content, Instant now) {
        ended.put(id, new JobEntry.Ended(content, now));
        endings.add(id);
    }

    private Closing.Cancelled cancelled(CancelJob cancel, Instant now) {
        String message = cancel.message();
        return new Closing.Cancelled(now.plus(rules.closeGrace()), message == null ? "cancelled" : message);
    }

    /** The fingerprint of the job that has the id; null if none has it. */
    private @Nullable String contentOf(String id) {
        OpenJob open = jobs.get(id);
        if (open != null) {
            return open.content();
        }
        JobEntry.Ended before = ended.get(id);
        return before == null ? null : before.content();
    }

    private boolean isKnown(String id) {
        return contentOf(id) != null;
    }

    private void forget(Instant now) {
        Iterator<Map.Entry<String, JobEntry.Ended>> oldest = ended.entrySet().iterator();
        while (oldest.hasNext() && !budget.isSpent()) {
            Map.Entry<String, JobEntry.Ended> entry = oldest.next();
            boolean old = entry.getValue().at().plus(MEMORY).isBefore(now);
            if (!old && ended.size() <= rules.maxEnded()) {
                return;
            }
            garbage.add(JobEntry.key(entry.getKey()));
            oldest.remove();
        }
    }
}
