// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.fleet;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.StandingSet;
import dev.pullcast.contract.view.ImageView;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.contract.view.SetView;
import dev.pullcast.contract.view.Snapshot;
import dev.pullcast.contract.view.WorkerDetail;
import dev.pullcast.contract.view.WorkerView;
import dev.pullcast.contract.worker.WorkerStatus;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What all events add up to: jobs, their pulls, and workers. Pure, and owned by one thread, the feed's; everything that
 * it hands out is immutable.
 *
 * <p>Jobs that go on are all kept; of the finished ones the newest, up to a bound of their number and one of their pulls,
 * because a job of a large fleet weighs as much as thousands of a small one.
 */
public final class FleetView {
    private static final Comparator<JobState> NEWEST_FIRST =
            Comparator.comparing(JobState::mark).reversed();

    private static final int FORGOTTEN_PER_KEPT = 20;
    /** What heartbeats may take of the memory for jobs, beside it. */
    private static final int WORKERS_SHARE = 4;
    /** What is made free at once, so that it is not done for every event. */
    private static final int ROOM_SHARE = 10;

    private final Kept kept;
    private final StateLimits limits;
    private final InstantSource clock;
    private final Map<String, JobState> jobs = new HashMap<>();
    /** By their end, not as read: a restarted gateway reads partition by partition and must keep the same ones. */
    private final Queue<JobState> finished = new PriorityQueue<>(JobState.FIRST_ENDED_FIRST);

    /** Finished jobs that are no longer kept: enough to answer those who come back, and to ignore stragglers. */
    private final Map<String, JobPlace> forgotten = new LinkedHashMap<>();

    private final WorkerViews workers;
    private final ProjectLoads loads = new ProjectLoads();
    private final ImageIndex images = new ImageIndex();
    private final Map<String, Standing> sets = new TreeMap<>();

    /** A standing set and the partition that its job stands in. */
    private record Standing(StandingSet set, int partition) {
        Subject subject() {
            return Subject.ofJob(set.job().id(), set.job().soleProject());
        }
    }

    /**
     * How many finished jobs are kept.
     *
     * @param jobs at most
     * @param pulls of them at most; the job that ended last is kept whatever it has
     */
    public record Kept(int jobs, int pulls) {}

    /**
     * An empty one.
     *
     * @param kept after their end
     * @param clock tells which workers' heartbeats are too old
     */
    public FleetView(Kept kept, InstantSource clock) {
        this(kept, StateLimits.DEFAULT, clock);
    }

    /**
     * An empty one with limits of its own.
     *
     * @param kept after their end
     * @param limits in bytes and number
     * @param clock tells which workers' heartbeats are too old
     */
    public FleetView(Kept kept, StateLimits limits, InstantSource clock) {
        this.kept = kept;
        this.limits = limits;
        this.clock = clock;
        this.workers = new WorkerViews(limits.maxWorkers(), limits.stateBytes() / WORKERS_SHARE, clock);
    }

    /**
     * A job was asked for.
     *
     * @param partition of {@code pull.jobs} that it stands in
     */
    public void ask(PullJob job, int partition, Instant at) {
        if (!forgotten.containsKey(job.id())) {
            JobState state = job(job.id(), partition, at);
            long meant = workers.meantBy(job.target());
            state.asked(job, at, Weight.of(job, meant), meant * job.images().size());
            state.count(loads);
            makeRoom();
        }
    }

    /**
     * What a job would take, and what its projects have under way.
     *
     * @param bytes of memory that it will take, an estimate
     * @param pulls that it will have
     * @param loads by project; {@code ""} for what has none
     * @param open of all jobs that go on
     */
    public record Demand(long bytes, long pulls, Map<String, ProjectLoad> loads, ProjectLoad open) {}

    /** What a job that is asked for would take. */
    public Demand demand(PullJob job) {
        long meant = workers.meantBy(job.target());
        Map<String, ProjectLoad> byProject = new TreeMap<>();
        JobState.ownersOf(job).forEach(owner -> byProject.put(owner, loads.of(owner)));
        return new Demand(Weight.of(job, meant), meant * job.images().size(), byProject, loads.open());
    }

    /** Forgets the oldest of what has ended, then of what is only asked for; of the rest the largest lose their pulls. */
    private void makeRoom() {
        while (loads.bytes() > limits.stateBytes() && finished.size() > 1) {
            forget(finished.remove());
        }
        if (loads.bytes() <= limits.stateBytes()) {
            return;
        }
        long until = limits.stateBytes() - limits.stateBytes() / ROOM_SHARE;
        List<JobState> pending = jobs.values().stream()
                .filter(JobState::isPending)
                .sorted(Comparator.comparing(JobState::mark))
                .toList();
        for (int i = 0; i < pending.size() && loads.bytes() > until; i++) {
            drop(pending.get(i));
        }
        List<JobState> largest = jobs.values().stream()
                .filter(job -> !job.isThin())
                .sorted(Comparator.comparingLong(JobState::bytes).reversed())
                .toList();
        for (int i = 0; i < largest.size() && loads.bytes() > until; i++) {
            largest.get(i).thinOut();
            largest.get(i).count(loads);
        }
        // What is thin already: thousands of jobs that never end.
        Iterator<JobState> oldest = jobs.values().stream()
                .sorted(Comparator.comparing(JobState::mark))
                .toList()
                .iterator();
        while (loads.bytes() > limits.stateBytes() && oldest.hasNext()) {
            drop(oldest.next());
        }
    }

    private void drop(JobState job) {
        jobs.remove(job.id());
        finished.remove(job);
        job.uncount(loads);
    }

    /** Takes an event in; partition and offset are its place in {@code pull.events}. */
    public Applied apply(PullEvent event, int partition, long offset) {
        if (event instanceof PullEvent.ImageRemoved removed) {
            images.removed(removed);
            return new Applied(Subject.of(event), null, false);
        }
        if (event.jobId().isEmpty() || forgotten.containsKey(event.jobId())) {
            return new Applied(Subject.of(event), null, false);
        }
        JobState job = job(event.jobId(), partition, event.at());
        Applied applied = job.apply(event, offset);
        job.count(loads);
        if (event instanceof PullEvent.Succeeded pulled) {
            images.saw(pulled.origin(), applied.subject(), pulled.digest());
        } else if (event instanceof PullEvent.Skipped found) {
            images.saw(found.origin(), applied.subject(), found.digest());
        }
        if (applied.endsJob()) {
            finished.add(job);
            while (finished.size() > kept.jobs() || (finished.size() > 1 && finishedPulls() > kept.pulls())) {
                forget(finished.remove());
            }
        }
        makeRoom();
        return applied;
    }

    /** Lets finished jobs go that said how long they are wanted; called now and then. */
    public void forgetExpired() {
        Instant now = clock.instant();
        for (Iterator<JobState> i = finished.iterator(); i.hasNext(); ) {
            JobState job = i.next();
            if (job.isExpired(now)) {
                i.remove();
                forget(job);
            }
        }
    }

    private long finishedPulls() {
        return finished.stream().mapToLong(JobState::pulls).sum();
    }

    /** Lets go of all finished jobs: their events are in a log that is no longer there. */
    public void forgetFinished() {
        List.copyOf(finished).forEach(this::drop);
        forgotten.clear();
    }

    private void forget(JobState job) {
        jobs.remove(job.id());
        job.uncount(loads);
        forgotten.put(job.id(), job.place());
        if (forgotten.size() > FORGOTTEN_PER_KEPT * Math.max(1, kept.jobs())) {
            forgotten.remove(forgotten.keySet().iterator().next());
        }
    }

    private JobState job(String id, int partition, Instant at) {
        return jobs.computeIfAbsent(id, _ -> new JobState(id, partition, at));
    }

    /**
     * A worker's heartbeat, or its tombstone.
     *
     * @param status null when it left
     * @return the worker as it is now, or null if there is nothing new to tell
     */
    public @Nullable WorkerView applyWorker(String worker, @Nullable WorkerStatus status) {
        return applyWorker(worker, status, clock.instant());
    }

    /**
     * The same with the time at which Kafka took it, by the broker's clock.
     *
     * @return the worker as it is now, or null if there is nothing new to tell
     */
    public @Nullable WorkerView applyWorker(String worker, @Nullable WorkerStatus status, Instant heard) {
        return workers.apply(worker, status, heard);
    }

    /**
     * A standing set as it is remembered.
     *
     * @param partition of {@code pull.sets}, and of its job
     * @param set null when it has ended
     */
    public void applySet(String id, int partition, @Nullable StandingSet set) {
        if (set == null) {
            sets.remove(id);
        } else {
            sets.put(id, new Standing(set, partition));
        }
    }

    /** Standing sets that may be seen, sorted by id. */
    public List<SetView> sets(Predicate<Subject> visible) {
        return sets.values().stream()
                .filter(kept -> visible.test(kept.subject()))
                .map(kept -> SetView.of(kept.set()))
                .toList();
    }

    /** Looks for workers whose heartbeat has become too old; returns those that were live until now. */
    public List<WorkerView> expireWorkers() {
        return workers.expire();
    }

    private boolean isLost(String worker) {
        return workers.isLost(worker);
    }

    /** All workers, sorted by id. */
    public List<WorkerView> workers() {
        return workers.all();
    }

    /** All workers, and some that left, not live: whoever was away for a while may still hold them for live. */
    public List<WorkerView> workersAndDeparted() {
        return workers.withDeparted();
    }

    /** Whether there is or was such a worker, as far as heartbeats and those of the kept jobs tell that are wanted. */
    public boolean knowsWorker(String id, Predicate<Subject> wanted) {
        return workers.find(id) != null
                || jobs.values().stream()
                        .filter(job -> wanted.test(job.subject()))
                        .anyMatch(job -> job.subject().workers().contains(id) || job.hasPullsOf(id));
    }

    /** Some of the jobs. */
    public JobQuery.Page jobs(JobQuery query) {
        List<JobState> wanted = jobs.values().stream()
                .filter(query::wants)
                .sorted(NEWEST_FIRST)
                .limit(query.limit() + 1L)
                .toList();
        Budget budget = new Budget(limits.pageBytes());
        int fitting = 0;
        while (fitting < Math.min(wanted.size(), query.limit())
                && (budget.take(wanted.get(fitting).summaryBytes()) || fitting == 0)) {
            fitting++;
        }
        boolean more = wanted.size() > fitting;
        List<JobState> shown = more ? wanted.subList(0, fitting) : wanted;
        return new JobQuery.Page(
                shown.stream().map(JobState::summary).toList(),
                more ? shown.getLast().mark() : null);
    }

    /** A worker with the pulls that it has not ended, those that may be seen. */
    public Optional<WorkerDetail> worker(String id, Predicate<Subject> visible) {
        return Optional.ofNullable(workers.find(id))
                .map(view -> new WorkerDetail(
                        view.status(),
                        view.live(),
                        jobs.values().stream()
                                .sorted(NEWEST_FIRST)
                                .flatMap(job -> job.openPullsOn(id, isLost(id), visible).stream())
                                .toList()));
    }

    /** Who was seen with an image, by pulls that may be seen; a worker that left is not live. */
    public ImageView image(ImageReference reference, Predicate<Subject> visible) {
        return new ImageView(
                reference.canonical(),
                images.find(reference, visible).stream()
                        .map(seen -> {
                            String worker = seen.subject().workers().getFirst();
                            WorkerView view = workers.find(worker);
                            return new ImageView.OnWorker(
                                    worker,
                                    view != null && view.live(),
                                    seen.platform(),
                                    seen.subject().project(),
                                    seen.digest(),
                                    seen.at(),
                                    seen.subject().job());
                        })
                        .toList());
    }

    /** A job with those of its pulls that are wanted; empty if the job itself is not. */
    public Optional<JobView> job(String id, Predicate<Subject> wanted) {
        return Optional.ofNullable(jobs.get(id))
                .filter(job -> wanted.test(job.subject()))
                .map(job -> job.view(wanted, this::isLost, new Budget(limits.snapshotBytes())));
    }

    /** Where a job's events are; known for some time after a finished job itself is no longer kept. */
    public Optional<JobPlace> place(String id) {
        JobState job = jobs.get(id);
        return Optional.ofNullable(job == null ? forgotten.get(id) : job.place());
    }

    /** The same for a cancel: a standing set goes on after its job has ended, and when that is no longer known. */
    public Optional<JobPlace> placeToCancel(String id) {
        Optional<JobPlace> ofJob = place(id);
        Standing kept = sets.get(id);
        if (kept == null) {
            return ofJob;
        }
        return Optional.of(ofJob.map(JobPlace::goingOn)
                .orElseGet(() -> new JobPlace(kept.partition(), kept.subject().project(), JobPlace.GOES_ON, null)));
    }

    /** Jobs that have not ended. */
    public int activeJobs() {
        return jobs.size() - finished.size();
    }

    /** Workers whose heartbeat is fresh. */
    public long liveWorkers() {
        return workers.live();
    }

    /** All that matches, as far as there is room in a snapshot: jobs that go on before those that have ended. */
    public Snapshot snapshot(Predicate<Subject> wanted, Predicate<WorkerView> wantedWorkers) {
        Budget budget = new Budget(limits.snapshotBytes());
        List<WorkerView> allWorkers =
                workers.all().stream().filter(wantedWorkers).toList();
        Budget ofWorkers = new Budget(limits.snapshotBytes() / 2);
        List<WorkerView> shownWorkers = allWorkers.stream()
                .filter(view -> ofWorkers.take(WorkerViews.jsonBytes(view)))
                .toList();
        List<JobState> found = jobs.values().stream()
                .filter(job -> wanted.test(job.subject()))
                .sorted(NEWEST_FIRST)
                .toList();
        // First that they are there, then what there is of them.
        List<JobState> kept = Stream.concat(
                        found.stream().filter(job -> !job.isFinished()),
                        found.stream().filter(JobState::isFinished))
                .filter(job -> budget.take(job.headBytes()))
                .toList();
        Map<JobMark, JobView> shown = new TreeMap<>(Comparator.reverseOrder());
        kept.forEach(job -> shown.put(job.mark(), job.view(wanted, this::isLost, budget)));
        return new Snapshot(
                clock.instant(),
                List.copyOf(shown.values()),
                shownWorkers,
                orNull(found.size() - shown.size()),
                orNull(allWorkers.size() - shownWorkers.size()));
    }

    private static @Nullable Integer orNull(int omitted) {
        return omitted == 0 ? null : omitted;
    }

    /** One job with its pulls and the workers that have a task for it. */
    public Snapshot snapshotOf(String id, Predicate<Subject> wanted) {
        JobState job = jobs.get(id);
        if (job == null) {
            return new Snapshot(clock.instant(), List.of(), List.of());
        }
        JobView view = job.view(wanted, this::isLost, new Budget(limits.snapshotBytes()));
        Set<String> its = Set.copyOf(view.workers());
        return new Snapshot(
                clock.instant(),
                List.of(view),
                workers.all().stream()
                        .filter(w -> its.contains(w.status().worker()))
                        .toList());
    }
}
