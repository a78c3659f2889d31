// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.Keeping;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.job.TaskRecord.PullTask;
import dev.pullcast.contract.job.TaskRecord.TaskPull;
import dev.pullcast.contract.job.WorkersAtOnce;
import dev.pullcast.contract.worker.WorkerStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A job from its acceptance to its end. Every change of it or of its {@link Roster} is also a change of a {@link
 * JobEntry}, so that a ledger that is restored equals the one that wrote it. Owned
 * by the coordinator's thread.
 */
final class OpenJob {
    private static final int PER_JOB = 2_000;
    private static final int PER_IMAGE = 300;
    private static final long PER_LABEL = 100;
    private static final long PER_WORKER = 300;
    private static final long PER_ENDING = 8;

    private final PullJob job;
    private final Set<String> owners;
    private final long ownWeight;
    private final String content;
    private final Instant accepted;
    private final Instant graceUntil;
    private final Instant deadline;
    private final List<TaskPull> pulls;
    private final Map<String, Integer> indexes = new HashMap<>();
    private final Roster roster;
    private @Nullable WorkersAtOnce atOnce;
    private boolean paused;
    private @Nullable Closing closing;
    /** Whether the changelog does not have it yet as it is. */
    private boolean changed = true;

    // How far each was gone through; null before it begins. After a takeover it begins anew and finds what is left.
    private @Nullable Iterator<Assignment> untold;
    private @Nullable Iterator<Assignment> unwritten;
    private boolean outOfTime;
    private int taskBytes;

    /**
     * A job that no worker has a task for yet.
     *
     * @param content fingerprint of the job
     * @param now its acceptance
     */
    OpenJob(PullJob job, String content, Instant now, JobRules rules) {
        this(new JobEntry.Open(
                job,
                content,
                now,
                now.plusSeconds(job.activeDeadlineSeconds()),
                now.plus(rules.matchGrace()),
                job.rollout().paused(),
                job.rollout().workersAtOnce(),
                null,
                null));
    }

    private OpenJob(JobEntry.Open state) {
        this.job = state.job();
        this.owners = ownersOf(job);
        this.ownWeight = weightOf(job);
        this.content = state.content();
        this.accepted = state.accepted();
        this.deadline = state.deadline();
        this.graceUntil = state.graceUntil();
        this.atOnce = state.workersAtOnce();
        this.paused = state.paused();
        this.closing = closingOf(state);
        this.pulls = TaskPulls.of(job);
        for (int i = 0; i < pulls.size(); i++) {
            indexes.put(pulls.get(i).pull(), i);
        }
        Target target = job.target();
        Set<String> named = target.mode() == Target.Mode.ALL ? new TreeSet<>(target.workers()) : Set.of();
        this.roster = new Roster(job.id(), pulls.size(), new Starts(job, accepted), named);
    }

    private static @Nullable Closing closingOf(JobEntry.Open state) {
        Instant at = state.closesAt();
        if (at == null) {
            return null;
        }
        String cancelled = state.cancelled();
        return cancelled == null ? new Closing.Expired(at) : new Closing.Cancelled(at, cancelled);
    }

    /**
     * A job as the changelog has it.
     *
     * @param lists by part
     * @param assigned by worker
     */
    static OpenJob restore(
            JobEntry.Open state, Map<Integer, JobEntry.Expected> lists, Map<String, JobEntry.Assigned> assigned) {
        OpenJob open = new OpenJob(state);
        open.roster.restore(lists, assigned);
        open.changed = false;
        return open;
    }

    PullJob job() {
        return job;
    }

    /** The projects that it is for; {@code ""} for what has none. */
    Set<String> owners() {
        return owners;
    }

    /** Memory that it takes, an estimate in bytes. */
    long weight() {
        return ownWeight + workers().size() * (PER_WORKER + PER_ENDING * pulls.size());
    }

    /** Pulls that have not ended. */
    long openPulls() {
        long ended = 0;
        for (Ending ending : Ending.ALL) {
            ended += count(ending);
        }
        return Math.max(0, (long) workers().size() * pulls.size() - ended);
    }

    static Set<String> ownersOf(PullJob job) {
        Set<String> owners = new TreeSet<>();
        for (ImageRequest image : job.images()) {
            String owner = image.project() == null ? job.project() : image.project();
            owners.add(owner == null ? "" : owner);
        }
        return owners.isEmpty() ? Set.of("") : owners;
    }

    /**
     * Memory that a job takes without its workers, an estimate in bytes. Below what a gateway expects of it, so that a job
     * that was let in over HTTP is not refused here.
     */
    static long weightOf(PullJob job) {
        long sum = PER_JOB;
        for (ImageRequest image : job.images()) {
            sum += PER_IMAGE + (long) image.image().length();
        }
        for (Map.Entry<String, String> label : job.labels().entrySet()) {
            sum += PER_LABEL + label.getKey().length() + label.getValue().length();
        }
        return sum + PER_LABEL * job.target().workers().size();
    }

    String content() {
        return content;
    }

    Instant deadline() {
        return deadline;
    }

    @Nullable
    Closing closing() {
        return closing;
    }

    /** No more is started. */
    void close(Closing how) {
        closing = how;
        untold = null;
        changed = true;
    }

    boolean isGraceOver(Instant now) {
        return !now.isBefore(graceUntil);
    }

    NavigableSet<String> workers() {
        return roster.workers();
    }

    /** Workers that the target names and that are not expected yet, sorted. */
    Set<String> absent() {
        return roster.absent();
    }

    /** Whether every worker has answered for every pull. */
    boolean isAnswered() {
        return roster.isAnswered();
    }

    boolean isPaused() {
        return paused;
    }

    /** Pauses it or goes on; a bound of null stays as it is. */
    void pause(boolean now, @Nullable WorkersAtOnce bound) {
        paused = now;
        untold = null;
        atOnce = bound == null ? atOnce : bound;
        changed = true;
    }

    int count(Ending ending) {
        return roster.count(ending);
    }

    /** Whether a worker that comes while the job goes on is to have its task, too. */
    boolean isFor(WorkerStatus worker, Instant now) {
        return (job.target().mode() == Target.Mode.ALL || workers().isEmpty())
                && closing == null
                && now.isBefore(deadline)
                && !workers().contains(worker.worker())
                && WorkerTable.isCandidate(worker, job.target(), now);
    }

    /** Expects answers from a worker, which has no task yet. */
    void add(String worker) {
        roster.add(worker);
    }

    /** Gives a worker its task. */
    void start(String worker) {
        roster.start(worker);
    }

    /** Expects nothing more of a worker, as another takes its place; what it ended does not count either. */
    void drop(String worker) {
        roster.drop(worker);
    }

    /** Whether a worker has a task with pulls that have not ended. */
    boolean isRunning(String worker) {
        return running().contains(worker);
    }

    /** Workers that have the task and have not answered for all of it, sorted. */
    NavigableSet<String> running() {
        return roster.running();
    }

    /**
     * Workers that have the task and were not told yet that the job is paused, goes on or closes. What it hands over
     * counts as told.
     */
    Iterator<Assignment> untold() {
        Iterator<Assignment> found = untold;
        if (found == null) {
            found = roster.running(a -> closing == null ? a.isPauseSent() != paused : !a.isStopSent());
            untold = found;
        }
        return found;
    }

    /**
     * Workers for which ends may have to be written. What it hands over counts as looked at.
     *
     * @param all whether also those that have the task are out of time
     */
    Iterator<Assignment> unwritten(boolean all) {
        Iterator<Assignment> found = unwritten;
        if (found == null || (all && !outOfTime)) {
            found = roster.all().iterator();
            unwritten = found;
            outOfTime = all;
        }
        return found;
    }

    /** Remembers that a worker was told to stop, or to pause, or to go on. */
    void changed(Assignment assignment) {
        roster.changed(assignment);
    }

    /**
     * Workers whose turn it is to get their task, in order; none while the job is paused or closing.
     *
     * @param most at most so many
     * @param isLive whether a worker that has the task counts as at work
     * @param hasRoom whether a worker can be given a task
     */
    List<String> due(Instant now, int most, Predicate<String> isLive, Predicate<String> hasRoom) {
        if (paused || closing != null || !roster.isDue(now)) {
            return List.of();
        }
        WorkersAtOnce bound = atOnce;
        int room = bound == null ? most : bound.among(workers().size()) - roster.atWork(now, isLive);
        return roster.due(now, Math.min(most, room), isLive.and(hasRoom));
    }

    /**
     * Counts the first end of a pull; others, and those of pulls that the job does not have, change nothing.
     *
     * @return whether the worker has answered for all of its pulls with this one
     */
    boolean end(String worker, String pull, Ending ending) {
        Integer index = indexes.get(pull);
        return index != null && roster.end(worker, index, ending);
    }

    /** The pulls of an assignment that have no end; from now on they count as written on the worker's behalf. */
    List<TaskPull> write(Assignment assignment) {
        List<TaskPull> missing = new ArrayList<>();
        assignment.write(index -> missing.add(pulls.get(index)));
        if (!missing.isEmpty()) {
            roster.changed(assignment);
        }
        return missing;
    }

    PullTask task(String worker, int partition) {
        return new PullTask(
                job.id(),
                worker,
                partition,
                pulls,
                job.pullPolicy(),
                job.parallelism(),
                job.backoffLimit(),
                job.timeoutSeconds(),
                deadline,
                set(),
                set() != null && !job.keeping().removeOnExpiry());
    }

    /** The standing set that the job is, or was made for; null for none. */
    private @Nullable String set() {
        Keeping keeping = job.keeping();
        return keeping.keep() ? job.id() : keeping.set();
    }

    PullEvent.JobAccepted accepted(Instant now) {
        List<PullEvent.JobPull> images = new ArrayList<>(pulls.size());
        for (TaskPull pull : pulls) {
            images.add(new PullEvent.JobPull(pull.pull(), pull.image(), pull.reference(), pull.platform()));
        }
        return new PullEvent.JobAccepted(
                job.id(), now, job.soleProject(), job.labels(), images, List.copyOf(workers()), deadline, paused);
    }

    /** Everything that the changelog has to hold of this job, by key. */
    Map<String, JobEntry> state() {
        Map<String, JobEntry> all = new LinkedHashMap<>();
        all.put(JobEntry.key(job.id()), header());
        roster.state(all);
        return all;
    }

    private JobEntry.Open header() {
        Closing how = closing;
        return new JobEntry.Open(
                job,
                content,
                accepted,
                deadline,
                graceUntil,
                paused,
                atOnce,
                how == null ? null : how.at(),
                how instanceof Closing.Cancelled cancelled ? cancelled.message() : null);
    }

    /** Hands over what changed since the last call. */
    void takeChanges(List<Output> outputs) {
        if (changed) {
            outputs.add(new Output.State(JobEntry.key(job.id()), header()));
            changed = false;
        }
        roster.takeChanges(outputs);
    }

    /** Keys of the changelog that are of no more use when the job has its end, but for its own. */
    List<String> keys() {
        return roster.keys();
    }

    /** Size of its task, in bytes. */
    int taskBytes() {
        if (taskBytes == 0) {
            taskBytes = ContractJson.write(task("", 0)).length;
        }
        return taskBytes;
    }
}
