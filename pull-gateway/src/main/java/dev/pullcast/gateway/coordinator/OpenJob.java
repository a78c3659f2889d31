// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.image.Platform;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.Keeping;
import dev.pullcast.contract.job.PullId;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.job.TaskRecord.PullTask;
import dev.pullcast.contract.job.TaskRecord.TaskPull;
import dev.pullcast.contract.job.WorkersAtOnce;
import dev.pullcast.contract.worker.WorkerStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A job from its acceptance to its end: who has a task for it and how each pull ended. Owned by one thread. */
final class OpenJob {
    /** How a pull ended. */
    enum Ending {
        SUCCEEDED,
        SKIPPED,
        FAILED,
        CANCELLED
    }

    /** Why no more is started. */
    sealed interface Closing {
        /** When it is closed whether or not all workers have answered. */
        Instant at();

        /** Somebody cancelled it. */
        record Cancelled(Instant at, String message) implements Closing {}

        /** Its deadline passed. */
        record Expired(Instant at) implements Closing {}
    }

    private final PullJob job;
    private final String content;
    private final Watermark from;
    private final Instant graceUntil;
    private final List<TaskPull> pulls;
    private final Map<String, Integer> indexes = new HashMap<>();
    private final TreeMap<String, @Nullable Ending[]> endings = new TreeMap<>();
    private final Map<String, Integer> openByWorker = new HashMap<>();
    /** Those with a task that have not answered for all of it; however large the fleet, few where a bound is set. */
    private final Set<String> running = new HashSet<>();

    private final Starts waiting;
    private final Map<Ending, Integer> counts = new EnumMap<>(Ending.class);
    private @Nullable WorkersAtOnce atOnce;
    private boolean paused;
    private Instant deadline;
    private @Nullable Closing closing;

    /**
     * A job that nobody has a task for yet.
     *
     * @param content fingerprint of the job
     * @param from where to read from to know it again
     * @param now its acceptance
     */
    OpenJob(PullJob job, String content, Watermark from, Instant now, JobRules rules) {
        this.job = job;
        this.content = content;
        this.from = from;
        this.graceUntil = now.plus(rules.matchGrace());
        this.deadline = now.plusSeconds(job.activeDeadlineSeconds());
        this.atOnce = job.rollout().workersAtOnce();
        this.paused = job.rollout().paused();
        this.waiting = new Starts(job, now);
        this.pulls = pullsOf(job);
        for (int i = 0; i < pulls.size(); i++) {
            indexes.put(pulls.get(i).pull(), i);
        }
    }

    /** The images, equal ones once: the first of them says which credentials. */
    private static List<TaskPull> pullsOf(PullJob job) {
        Map<String, TaskPull> pulls = new LinkedHashMap<>();
        for (ImageRequest image : job.images()) {
            String reference = ImageReference.parse(image.image()).canonical();
            String platform = image.platform() == null
                    ? null
                    : Platform.parse(image.platform()).toString();
            String pull = PullId.of(reference, platform);
            pulls.putIfAbsent(
                    pull,
                    new TaskPull(
                            pull,
                            image.image(),
                            reference,
                            platform,
                            image.project() == null ? job.project() : image.project(),
                            image.credentials() == null ? job.login() : image.credentials()));
        }
        return List.copyOf(pulls.values());
    }

    PullJob job() {
        return job;
    }

    String content() {
        return content;
    }

    Watermark from() {
        return from;
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
    }

    /** The deadline that an earlier owner gave to workers; before the first of them is added. */
    void restoreDeadline(Instant given) {
        deadline = given;
        waiting.restoreAccepted(given.minusSeconds(job.activeDeadlineSeconds()));
    }

    boolean isGraceOver(Instant now) {
        return !now.isBefore(graceUntil);
    }

    NavigableSet<String> workers() {
        return endings.navigableKeySet();
    }

    /** Named workers that have no task. */
    List<String> absent() {
        return job.target().mode() == Target.Mode.ANY
                ? List.of()
                : job.target().workers().stream()
                        .filter(name -> !endings.containsKey(name))
                        .distinct()
                        .sorted()
                        .toList();
    }

    /** Whether every worker has answered for every pull. */
    boolean isAnswered() {
        return openByWorker.isEmpty();
    }

    boolean isPaused() {
        return paused;
    }

    /** Pauses it or goes on; a bound of null stays as it is. */
    void pause(boolean now, @Nullable WorkersAtOnce bound) {
        paused = now;
        atOnce = bound == null ? atOnce : bound;
    }

    int count(Ending ending) {
        return counts.getOrDefault(ending, 0);
    }

    /** Whether a worker that comes while the job goes on is to have its task, too. */
    boolean isFor(WorkerStatus worker, Instant now) {
        return (job.target().mode() == Target.Mode.ALL || endings.isEmpty())
                && closing == null
                && now.isBefore(deadline)
                && !endings.containsKey(worker.worker())
                && WorkerTable.isCandidate(worker, job.target(), now);
    }

    /** Expects answers from a worker, which has no task yet. */
    void add(String worker) {
        if (endings.putIfAbsent(worker, new @Nullable Ending[pulls.size()]) == null) {
            openByWorker.put(worker, pulls.size());
            waiting.add(worker);
        }
    }

    /** Those that have no task yet, sorted. */
    List<String> waiting() {
        return waiting.workers();
    }

    /** The worker has its task. */
    void started(String worker) {
        waiting.remove(worker);
        if (openByWorker.containsKey(worker)) {
            running.add(worker);
        }
    }

    /** Expects nothing more of a worker that has not ended any pull: another one takes its place. */
    void drop(String worker) {
        waiting.remove(worker);
        endings.remove(worker);
        openByWorker.remove(worker);
        running.remove(worker);
    }

    /** Whether a worker has a task with pulls that have not ended. */
    boolean isRunning(String worker) {
        return running.contains(worker);
    }

    /**
     * Those whose turn it is to get their task, in order; none while the job is paused or closing.
     *
     * @param isLive whether a worker can be given a task, and whether one that has a task counts as at work
     */
    List<String> due(Instant now, Predicate<String> isLive) {
        if (paused || closing != null || !waiting.isDue(now)) {
            return List.of();
        }
        long room = atOnce == null ? Long.MAX_VALUE : atOnce.among(endings.size()) - atWork(isLive);
        return waiting.due(now, isLive).limit(Math.max(0, room)).toList();
    }

    private long atWork(Predicate<String> isLive) {
        return running.stream().filter(isLive).count();
    }

    /**
     * The first end of a pull counts; others, and those of pulls that nobody was asked for, change nothing.
     *
     * @return whether the worker has answered for all of its pulls with this one
     */
    boolean end(String worker, String pull, Ending ending) {
        @Nullable Ending[] all = endings.get(worker);
        Integer index = indexes.get(pull);
        if (all == null || index == null || all[index] != null) {
            return false;
        }
        all[index] = ending;
        counts.merge(ending, 1, Integer::sum);
        boolean answered = openByWorker.computeIfPresent(worker, (_, open) -> open == 1 ? null : open - 1) == null;
        if (answered) {
            running.remove(worker);
        }
        return answered;
    }

    /** Every pull without an end, with its worker. */
    void forEachOpen(BiConsumer<String, TaskPull> action) {
        endings.forEach((worker, all) -> {
            for (int i = 0; i < all.length; i++) {
                if (all[i] == null) {
                    action.accept(worker, pulls.get(i));
                }
            }
        });
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
                setToRemember());
    }

    /** Where workers are to remember what they bring, so that they can remove it; null if they never will. */
    private @Nullable String setToRemember() {
        Keeping keeping = job.keeping();
        if (!keeping.removeOnExpiry()) {
            return null;
        }
        return keeping.set() == null ? job.id() : keeping.set();
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
                List.copyOf(endings.keySet()),
                deadline,
                paused);
    }
}
