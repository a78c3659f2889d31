// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
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
 * The workers of an open job: which are expected, which wait for their task, which work on it, and how many pulls ended
 * how. It collects what changed for the changelog. Owned by the coordinator's thread.
 */
final class Roster {
    /** Size of a list of expected workers in the changelog, about. */
    private static final int MAX_LIST_BYTES = 256 * 1024;
    /** Counting the workers at work costs a look at each of them. */
    private static final Duration COUNT_INTERVAL = Duration.ofSeconds(1);

    private final String job;
    private final int pulls;
    private final Starts waiting;
    private final TreeMap<String, Assignment> assignments = new TreeMap<>();
    /** Workers that have the task and have not answered for all of it. */
    private final NavigableSet<String> running = new TreeSet<>();
    /** Workers that the target names and that are not expected yet. */
    private final Set<String> absent;

    private final Map<Ending, Integer> counts = new EnumMap<>(Ending.class);
    private int unanswered;
    private int atWork;
    private Instant countedAt = Instant.MIN;

    private final Set<String> changed = new LinkedHashSet<>();
    private final List<String> expected = new ArrayList<>();
    private int lists;
    private boolean relisted;

    /**
     * A roster without workers.
     *
     * @param pulls number of pulls of each worker
     * @param named workers that the target names
     */
    Roster(String job, int pulls, Starts waiting, Set<String> named) {
        this.job = job;
        this.pulls = pulls;
        this.waiting = waiting;
        this.absent = new LinkedHashSet<>(named);
    }

    /** Takes over what an earlier owner wrote. */
    void restore(Map<Integer, JobEntry.Expected> written, Map<String, JobEntry.Assigned> assigned) {
        written.forEach((list, entry) -> {
            lists = Math.max(lists, list + 1);
            entry.workers().forEach(worker -> take(worker, assigned.get(worker)));
        });
    }

    private void take(String worker, JobEntry.@Nullable Assigned entry) {
        Assignment assignment = entry == null ? new Assignment(worker, pulls) : new Assignment(worker, pulls, entry);
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

    /** Ids of all expected workers, sorted. */
    NavigableSet<String> workers() {
        return assignments.navigableKeySet();
    }

    /** Workers that have the task and have not answered for all of it, sorted. */
    NavigableSet<String> running() {
        return running;
    }

    /** Workers that the target names and that are not expected yet, sorted. */
    Set<String> absent() {
        return absent;
    }

    /** The assignments at this moment. */
    List<Assignment> all() {
        return List.copyOf(assignments.values());
    }

    /** The assignments of running workers that this holds for, at this moment. */
    Iterator<Assignment> running(Predicate<Assignment> which) {
        return running.stream().map(assignments::get).filter(which).toList().iterator();
    }

    /** Whether every worker has answered for every pull. */
    boolean isAnswered() {
        return unanswered == 0;
    }

    /** Number of pulls that ended so. */
    int count(Ending ending) {
        return counts.getOrDefault(ending, 0);
    }

    /** Expects answers from a worker, which has no task yet. */
    void add(String worker) {
        if (!assignments.containsKey(worker)) {
            take(worker, null);
            expected.add(worker);
        }
    }

    /** Gives a worker its task. */
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
            // Jobs of mode any expect one worker at a time: there is one list, and it begins anew.
            changed.add(worker);
            expected.clear();
            expected.addAll(assignments.keySet());
            lists = 0;
            relisted = true;
        }
    }

    /** Remembers that an assignment changed. */
    void changed(Assignment assignment) {
        changed.add(assignment.worker());
    }

    /**
     * Counts the first end of a pull.
     *
     * @return whether the worker has answered for all of its pulls with this one
     */
    boolean end(String worker, int pull, Ending ending) {
        Assignment assignment = assignments.get(worker);
        if (assignment == null || !assignment.end(pull, ending)) {
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

    /** Whether the moment of a waiting worker has come. */
    boolean isDue(Instant now) {
        return waiting.isDue(now);
    }

    /** Waiting workers whose moment has come and that this holds for, the earliest first. */
    List<String> due(Instant now, long most, Predicate<String> which) {
        return waiting.due(now, which).limit(Math.max(0, most)).toList();
    }

    /** Number of running workers that are live, counted once a second. */
    int atWork(Instant now, Predicate<String> isLive) {
        if (!now.isBefore(countedAt.plus(COUNT_INTERVAL))) {
            atWork = Math.toIntExact(running.stream().filter(isLive).count());
            countedAt = now;
        }
        return atWork;
    }

    /** Adds everything that the changelog has to hold of the workers, by key. */
    void state(Map<String, JobEntry> entries) {
        entries.put(JobEntry.expectedKey(job, 0), new JobEntry.Expected(List.copyOf(assignments.keySet())));
        assignments.forEach((worker, a) -> entries.put(JobEntry.assignedKey(job, worker), a.entry()));
    }

    /** Hands over what changed since the last call. */
    void takeChanges(List<Output> outputs) {
        List<String> list = new ArrayList<>();
        int bytes = 0;
        for (String worker : expected) {
            // An id is at most as many bytes as four for each of its characters, and its quotes.
            int size = 4 * worker.length() + 3;
            if (bytes + size > MAX_LIST_BYTES) {
                outputs.add(listed(list));
                list = new ArrayList<>();
                bytes = 0;
            }
            list.add(worker);
            bytes += size;
        }
        if (!list.isEmpty() || relisted) {
            outputs.add(listed(list));
        }
        relisted = false;
        expected.clear();
        for (String worker : changed) {
            Assignment assignment = assignments.get(worker);
            String key = JobEntry.assignedKey(job, worker);
            outputs.add(new Output.State(key, assignment == null ? null : assignment.entry()));
        }
        changed.clear();
    }

    private Output listed(List<String> list) {
        return new Output.State(JobEntry.expectedKey(job, lists++), new JobEntry.Expected(List.copyOf(list)));
    }

    /** Keys of the changelog that are of no more use when the job has its end. */
    List<String> keys() {
        List<String> keys = new ArrayList<>();
        for (int list = 0; list < lists; list++) {
            keys.add(JobEntry.expectedKey(job, list));
        }
        assignments.keySet().forEach(worker -> keys.add(JobEntry.assignedKey(job, worker)));
        return keys;
    }
}
