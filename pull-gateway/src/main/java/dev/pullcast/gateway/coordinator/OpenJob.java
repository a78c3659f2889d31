// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.Keeping;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.job.TaskRecord.PullTask;
import dev.pullcast.contract.job.TaskRecord.TaskPull;
import dev.pullcast.contract.job.WorkersAtOnce;
import dev.pullcast.contract.worker.WorkerStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A job from its acceptance to its end: which workers are expected, which have a task, and how each pull ended. Every
 * change is also a change of its {@link JobEntry}, so that a ledger that is restored equals the one that wrote it. Owned
 * by the coordinator's thread.
 */
final class OpenJob {
    /** How a pull ended. */
    enum Ending {
        SUCCEEDED('S'),
        SKIPPED('K'),
        FAILED('F'),
        CANCELLED('C');

        static final List<Ending> ALL = List.of(values());
        private final byte letter;

        Ending(char letter) {
            this.letter = (byte) letter;
        }

        /** Its letter in {@link JobEntry.Assigned}. */
        byte letter() {
            return letter;
        }
    }

    /** Why no more is started. */
    sealed interface Closing {
        /** When it is closed whether or not all workers have answered. */
        Instant at();

        /** It was cancelled. */
        record Cancelled(Instant at, String message) implements Closing {}

        /** Its deadline passed. */
        record Expired(Instant at) implements Closing {}
    }

    /** A list of expected workers in the changelog takes at most so many bytes. */
    private static final int MAX_EXPECTED_BYTES = 256 * 1024;
    /** How long the number of workers at work is believed, which costs a look at each to count. */
    private static final Duration COUNT_INTERVAL = Duration.ofSeconds(1);

    private final PullJob job;
    private final String content;
    private final Instant accepted;
    private final Instant graceUntil;
    private final Instant deadline;
    private final List<TaskPull> pulls;
    private final Map<String, Integer> indexes = new HashMap<>();
    private final TreeMap<String, Assignment> assignments = new TreeMap<>();
    /** Workers that have the task and have not answered for all of it. */
    private final NavigableSet<String> running = new TreeSet<>();
    /** Workers that the target names and that are not expected yet. */
    private final Set<String> absent = new LinkedHashSet<>();

    private final Starts waiting;
    private final Map<Ending, Integer> counts = new EnumMap<>(Ending.class);
    private int unanswered;
    private @Nullable WorkersAtOnce atOnce;
    private boolean paused;
    private @Nullable Closing closing;

    private int atWork;
    private Instant countedAt = Instant.MIN;

    // How far each was gone through; null before it begins. After a takeover it begins anew and finds what is left.
    private @Nullable Iterator<Assignment> untold;
    private @Nullable Iterator<Assignment> unwritten;
    private boolean outOfTime;

    /** What is not written to the changelog yet. */
    private boolean headerChanged = true;

    private final Set<String> changed = new LinkedHashSet<>();
    private final List<String> expected = new ArrayList<>();
    private int parts;
    private boolean relisted;
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
        this.content = state.content();
        this.accepted = state.accepted();
        this.deadline = state.deadline();
        this.graceUntil = state.graceUntil();
        this.atOnce = state.workersAtOnce();
        this.paused = state.paused();
        this.closing = closingOf(state);
        this.waiting = new Starts(job, accepted);
        this.pulls = TaskPulls.of(job);
        for (int i = 0; i < pulls.size(); i++) {
            indexes.put(pulls.get(i).pull(), i);
        }
        if (job.target().mode() == Target.Mode.ALL) {
            absent.addAll(new TreeSet<>(job.target().workers()));
        }
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
        lists.forEach((part, list) -> {
            open.parts = Math.max(open.parts, part + 1);
            list.workers().forEach(worker -> open.take(worker, assigned.get(worker)));
        });
        open.headerChanged = false;
        return open;
    }

    private void take(String worker, JobEntry.@Nullable Assigned state) {
        Assignment assignment =
                state == null ? new Assignment(worker, pulls.size()) : new Assignment(worker, pulls.size(), state);
        if (assignments.putIfAbsent(worker, assignment) != null) {
            return;
        }
        absent.remove(worker);
        unanswered += assignment.isAnswered() ? 0 : 1;
        if (assignment.isRunning()) {
            running.add(worker);
        } else if (!assignment.isGiven() && !assignment.isAnswered()) {
            waiting.add(worker);
        }
        for (Ending ending : Ending.ALL) {
            counts.merge(ending, assignment.count(ending), Integer::sum);
        }
    }

    PullJob job() {
        return job;
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
        headerChanged = true;
    }

    boolean isGraceOver(Instant now) {
        return !now.isBefore(graceUntil);
    }

    NavigableSet<String> workers() {
        return assignments.navigableKeySet();
    }

    /** Workers that the target names and that are not expected yet, sorted. */
    Set<String> absent() {
        return absent;
    }

    /** Whether every worker has answered for every pull. */
    boolean isAnswered() {
        return unanswered == 0;
    }

    boolean isPaused() {
        return paused;
    }

    /** Pauses it or goes on; a bound of null stays as it is. */
    void pause(boolean now, @Nullable WorkersAtOnce bound) {
        paused = now;
        untold = null;
        atOnce = bound == null ? atOnce : bound;
        headerChanged = true;
    }

    int count(Ending ending) {
        return counts.getOrDefault(ending, 0);
    }

    /** Whether a worker that comes while the job goes on is to have its task, too. */
    boolean isFor(WorkerStatus worker, Instant now) {
        return (job.target().mode() == Target.Mode.ALL || assignments.isEmpty())
                && closing == null
                && now.isBefore(deadline)
                && !assignments.containsKey(worker.worker())
                && WorkerTable.isCandidate(worker, job.target(), now);
    }

    /** Expects answers from a worker, which has no task yet. */
    void add(String worker) {
        if (!assignments.containsKey(worker)) {
            take(worker, null);
            expected.add(worker);
        }
    }

    /** The worker has its task. */
    void start(String worker) {
        Assignment assignment = assignments.get(worker);
        if (assignment != null && !assignment.isGiven()) {
            waiting.remove(worker);
            assignment.give();
            running.add(worker);
            atWork++;
            changed.add(worker);
        }
    }

    /** Expects nothing more of a worker, as another takes its place; what it ended does not count either. */
    void drop(String worker) {
        Assignment assignment = assignments.remove(worker);
        if (assignment != null) {
            waiting.remove(worker);
            running.remove(worker);
            unanswered -= assignment.isAnswered() ? 0 : 1;
            for (Ending ending : Ending.ALL) {
                counts.merge(ending, -assignment.count(ending), Integer::sum);
            }
            // Jobs of mode any expect one worker at a time: the lists are few and begin anew.
            changed.add(worker);
            expected.clear();
            expected.addAll(assignments.keySet());
            parts = 0;
            relisted = true;
        }
    }

    /** Whether a worker has a task with pulls that have not ended. */
    boolean isRunning(String worker) {
        return running.contains(worker);
    }

    /** Workers that have the task and have not answered for all of it, sorted. */
    NavigableSet<String> running() {
        return running;
    }

    /**
     * Workers that have the task and were not told yet that the job is paused, goes on or closes. What it hands over
     * counts as told.
     */
    Iterator<Assignment> untold() {
        Iterator<Assignment> found = untold;
        if (found == null) {
            found = running.stream()
                    .map(assignments::get)
                    .filter(a -> closing == null ? a.isPauseSent() != paused : !a.isStopSent())
                    .toList()
                    .iterator();
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
            found = List.copyOf(assignments.values()).iterator();
            unwritten = found;
            outOfTime = all;
        }
        return found;
    }

    /** Remembers that a worker was told to stop, or to pause, or to go on. */
    void changed(Assignment assignment) {
        changed.add(assignment.worker());
    }

    /**
     * Workers whose turn it is to get their task, in order; none while the job is paused or closing.
     *
     * @param most at most so many
     * @param isLive whether a worker that has the task counts as at work
     * @param hasRoom whether a worker can be given a task
     */
    List<String> due(Instant now, int most, Predicate<String> isLive, Predicate<String> hasRoom) {
        if (paused || closing != null || !waiting.isDue(now)) {
            return List.of();
        }
        WorkersAtOnce bound = atOnce;
        long room = bound == null ? most : Math.min(most, bound.among(assignments.size()) - atWork(now, isLive));
        return waiting.due(now, isLive.and(hasRoom)).limit(Math.max(0, room)).toList();
    }

    private int atWork(Instant now, Predicate<String> isLive) {
        if (!now.isBefore(countedAt.plus(COUNT_INTERVAL))) {
            atWork = Math.toIntExact(running.stream().filter(isLive).count());
            countedAt = now;
        }
        return atWork;
    }

    /**
     * Counts the first end of a pull; others, and those of pulls that the job does not have, change nothing.
     *
     * @return whether the worker has answered for all of its pulls with this one
     */
    boolean end(String worker, String pull, Ending ending) {
        Assignment assignment = assignments.get(worker);
        Integer index = indexes.get(pull);
        if (assignment == null || index == null || !assignment.end(index, ending)) {
            return false;
        }
        changed.add(worker);
        counts.merge(ending, 1, Integer::sum);
        if (!assignment.isAnswered()) {
            return false;
        }
        unanswered--;
        waiting.remove(worker);
        if (running.remove(worker)) {
            atWork = Math.max(0, atWork - 1);
        }
        return true;
    }

    /** The pulls of an assignment that have no end; from now on they count as written on the worker's behalf. */
    List<TaskPull> write(Assignment assignment) {
        List<TaskPull> missing = new ArrayList<>();
        assignment.write(index -> missing.add(pulls.get(index)));
        if (!missing.isEmpty()) {
            changed.add(assignment.worker());
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
                job.id(),
                now,
                job.soleProject(),
                job.labels(),
                images,
                List.copyOf(assignments.keySet()),
                deadline,
                paused);
    }

    /** Everything that the changelog has to hold of this job, by key. */
    Map<String, JobEntry> state() {
        Map<String, JobEntry> all = new LinkedHashMap<>();
        all.put(JobEntry.key(job.id()), header());
        List<String> names = List.copyOf(assignments.keySet());
        all.put(JobEntry.expectedKey(job.id(), 0), new JobEntry.Expected(names));
        assignments.forEach((worker, a) -> all.put(JobEntry.assignedKey(job.id(), worker), a.state()));
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
        if (headerChanged) {
            outputs.add(new Output.State(JobEntry.key(job.id()), header()));
            headerChanged = false;
        }
        List<String> list = new ArrayList<>();
        int bytes = 0;
        for (String worker : expected) {
            if (bytes > MAX_EXPECTED_BYTES - 4 * worker.length()) {
                outputs.add(expectedOf(list));
                list = new ArrayList<>();
                bytes = 0;
            }
            list.add(worker);
            bytes += 4 * worker.length();
        }
        if (!list.isEmpty() || relisted) {
            outputs.add(expectedOf(list));
        }
        relisted = false;
        expected.clear();
        for (String worker : changed) {
            Assignment assignment = assignments.get(worker);
            String key = JobEntry.assignedKey(job.id(), worker);
            outputs.add(new Output.State(key, assignment == null ? null : assignment.state()));
        }
        changed.clear();
    }

    private Output expectedOf(List<String> list) {
        return new Output.State(JobEntry.expectedKey(job.id(), parts++), new JobEntry.Expected(List.copyOf(list)));
    }

    /** Keys of the changelog that are of no more use when the job has its end, but for its own. */
    List<String> keys() {
        List<String> keys = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            keys.add(JobEntry.expectedKey(job.id(), part));
        }
        assignments.keySet().forEach(worker -> keys.add(JobEntry.assignedKey(job.id(), worker)));
        return keys;
    }

    /** Size of its task, in bytes. */
    int taskBytes() {
        if (taskBytes == 0) {
            taskBytes = ContractJson.write(task("", 0)).length;
        }
        return taskBytes;
    }
}
