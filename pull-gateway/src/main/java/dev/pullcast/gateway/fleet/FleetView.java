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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    private static final int DEPARTED = 1_000;

    private final Kept kept;
    private final InstantSource clock;
    private final Map<String, JobState> jobs = new HashMap<>();
    /** By their end, not as read: a restarted gateway reads partition by partition and must keep the same ones. */
    private final Queue<JobState> finished = new PriorityQueue<>(JobState.FIRST_ENDED_FIRST);

    /** Finished jobs that are no longer kept: enough to answer those who come back, and to ignore stragglers. */
    private final Map<String, JobPlace> forgotten = new LinkedHashMap<>();

    private final Map<String, WorkerView> workers = new TreeMap<>();
    private final Set<String> left = new HashSet<>();
    /** Of those that left the newest, as they were. */
    private final Map<String, WorkerView> departed = new LinkedHashMap<>();

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
        this.kept = kept;
        this.clock = clock;
    }

    /**
     * A job was asked for.
     *
     * @param partition of {@code pull.jobs} that it stands in
     */
    public void ask(PullJob job, int partition, Instant at) {
        if (!forgotten.containsKey(job.id())) {
            job(job.id(), partition, at).asked(job, at);
        }
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
        finished.forEach(job -> jobs.remove(job.id()));
        finished.clear();
        forgotten.clear();
    }

    private void forget(JobState job) {
        jobs.remove(job.id());
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
        if (status == null) {
            left.add(worker);
            WorkerView known = workers.remove(worker);
            return known == null ? null : depart(worker, new WorkerView(known.status(), false));
        }
        WorkerView view = new WorkerView(status, !status.isExpired(clock.instant()));
        workers.put(worker, view);
        left.remove(worker);
        departed.remove(worker);
        return view;
    }

    private WorkerView depart(String worker, WorkerView last) {
        departed.put(worker, last);
        if (departed.size() > DEPARTED) {
            departed.remove(departed.keySet().iterator().next());
        }
        return last;
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
        Instant now = clock.instant();
        List<WorkerView> gone = new ArrayList<>();
        workers.replaceAll((_, view) -> {
            if (!view.live() || !view.status().isExpired(now)) {
                return view;
            }
            WorkerView dead = new WorkerView(view.status(), false);
            gone.add(dead);
            return dead;
        });
        return gone;
    }

    private boolean isLost(String worker) {
        WorkerView view = workers.get(worker);
        return view == null ? left.contains(worker) : !view.live();
    }

    /** All workers, sorted by id. */
    public List<WorkerView> workers() {
        return List.copyOf(workers.values());
    }

    /** All workers, and some that left, not live: whoever was away for a while may still hold them for live. */
    public List<WorkerView> workersAndDeparted() {
        return Stream.concat(workers.values().stream(), departed.values().stream())
                .toList();
    }

    /** Whether there is or was such a worker, as far as heartbeats and those of the kept jobs tell that are wanted. */
    public boolean knowsWorker(String id, Predicate<Subject> wanted) {
        return workers.containsKey(id)
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
        boolean more = wanted.size() > query.limit();
        List<JobState> shown = more ? wanted.subList(0, query.limit()) : wanted;
        return new JobQuery.Page(
                shown.stream().map(JobState::summary).toList(),
                more ? shown.getLast().mark() : null);
    }

    /** Jobs of a project that have not ended; of no project for null. */
    public int jobsInFlight(@Nullable String project) {
        return (int) jobs.values().stream()
                .filter(job -> !job.isFinished() && Objects.equals(job.project(), project))
                .count();
    }

    /** A worker with the pulls that it has not ended, those that may be seen. */
    public Optional<WorkerDetail> worker(String id, Predicate<Subject> visible) {
        return Optional.ofNullable(workers.get(id))
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
                            WorkerView view = workers.get(worker);
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
                .map(job -> job.view(wanted, this::isLost));
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
        return workers.values().stream().filter(WorkerView::live).count();
    }

    /** All that matches. */
    public Snapshot snapshot(Predicate<Subject> wanted, Predicate<WorkerView> wantedWorkers) {
        List<JobView> shown = jobs.values().stream()
                .filter(job -> wanted.test(job.subject()))
                .sorted(NEWEST_FIRST)
                .map(job -> job.view(wanted, this::isLost))
                .toList();
        return new Snapshot(
                clock.instant(),
                shown,
                workers.values().stream().filter(wantedWorkers).toList());
    }

    /** One job with its pulls and the workers that have a task for it. */
    public Snapshot snapshotOf(String id, Predicate<Subject> wanted) {
        JobState job = jobs.get(id);
        if (job == null) {
            return new Snapshot(clock.instant(), List.of(), List.of());
        }
        JobView view = job.view(wanted, this::isLost);
        return new Snapshot(
                clock.instant(),
                List.of(view),
                workers.values().stream()
                        .filter(w -> view.workers().contains(w.status().worker()))
                        .toList());
    }
}
