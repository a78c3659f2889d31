// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.fleet;

import dev.pullcast.contract.codec.JobContent;
import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.view.JobOptions;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.contract.view.OverallProgress;
import dev.pullcast.contract.view.PullView;
import dev.pullcast.gateway.fleet.ProjectLoads.Counted;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One job, as its record and its events tell. Owned by the thread of its {@link FleetView}. */
final class JobState {
    /** Of jobs that have ended. */
    static final Comparator<JobState> FIRST_ENDED_FIRST = Comparator.<JobState, Instant>comparing(
                    job -> Objects.requireNonNull(job.completedAt))
            .thenComparing(JobState::id);

    private final String id;
    private final int partition;
    private final Map<String, Map<String, PullState>> pullsByWorker = new TreeMap<>();
    private final Map<PullView.State, Integer> counts = new EnumMap<>(PullView.State.class);

    private JobView.State state = JobView.State.PENDING;
    private @Nullable String project;
    private boolean claimed;
    private boolean contested;
    private Map<String, String> labels = Map.of();
    private Instant createdAt;
    private @Nullable Instant completedAt;
    private @Nullable JobResult result;
    private List<PullEvent.JobPull> images = List.of();
    private List<String> reasons = List.of();
    private @Nullable String message;
    private @Nullable Integer ttlSeconds;
    private Subject subject;
    private @Nullable String content;
    private @Nullable JobOptions options;
    private int pullCount;
    private final OverallProgress progress = new OverallProgress();
    private long endOffset = -1;
    /** Its projects; {@code ""} where it has none, or they are not known. */
    private Set<String> owners = Set.of("");

    private long bytes = Weight.JOB;
    /** What it is expected to take, until it is accepted. */
    private long expected;

    private long expectedPulls;
    /** Whether its images and pulls were let go of, for want of memory. */
    private boolean thin;

    private Counted counted = Counted.NOTHING;

    JobState(String id, int partition, Instant createdAt) {
        this.id = id;
        this.partition = partition;
        this.createdAt = createdAt;
        this.subject = Subject.ofJob(id, null);
    }

    JobMark mark() {
        return new JobMark(createdAt, id);
    }

    String id() {
        return id;
    }

    JobView.State state() {
        return state;
    }

    @Nullable
    JobResult result() {
        return result;
    }

    Map<String, String> labels() {
        return labels;
    }

    @Nullable
    String project() {
        return project;
    }

    Subject subject() {
        return subject;
    }

    boolean hasPullsOf(String worker) {
        return pullsByWorker.containsKey(worker);
    }

    JobPlace place() {
        return new JobPlace(partition, project, endOffset, content);
    }

    /** How many there are. */
    int pulls() {
        return pullCount;
    }

    boolean isFinished() {
        return endOffset >= 0;
    }

    /** Memory that it takes, an estimate in bytes. */
    long bytes() {
        return Math.max(bytes, expected);
    }

    boolean isPending() {
        return state == JobView.State.PENDING;
    }

    boolean isThin() {
        return thin;
    }

    /** Brings sums up to date with what became of this job. */
    void count(ProjectLoads loads) {
        ProjectLoad load = isFinished() ? ProjectLoad.NONE : new ProjectLoad(1, bytes(), openPulls());
        if (counted.bytes() != bytes()
                || !counted.load().equals(load)
                || !counted.owners().equals(owners)) {
            Counted now = new Counted(owners, load, bytes());
            loads.replace(counted, now);
            counted = now;
        }
    }

    /** Takes it out of sums. */
    void uncount(ProjectLoads loads) {
        loads.replace(counted, Counted.NOTHING);
        counted = Counted.NOTHING;
    }

    private long openPulls() {
        if (isPending()) {
            return expectedPulls;
        }
        return (long) pullCount
                - counts.getOrDefault(PullView.State.SUCCEEDED, 0)
                - counts.getOrDefault(PullView.State.SKIPPED, 0)
                - counts.getOrDefault(PullView.State.FAILED, 0)
                - counts.getOrDefault(PullView.State.CANCELLED, 0);
    }

    /** Lets go of images and pulls; what is counted stays as it is until the job ends. */
    void thinOut() {
        thin = true;
        images = List.of();
        pullsByWorker.clear();
        subject = Subject.ofJob(id, project);
        expected = 0;
        bytes = Weight.JOB + Weight.of(labels);
    }

    /** Whether it has ended and was wanted for no longer than until now. */
    boolean isExpired(Instant now) {
        return ttlSeconds != null && completedAt != null && !now.isBefore(completedAt.plusSeconds(ttlSeconds));
    }

    /**
     * The record on pull.jobs may be read before or after the first events: the two topics are read apart. A second one
     * of the same id is not this job.
     */
    void asked(PullJob job, Instant at, long weight, long pulls) {
        if (content != null) {
            return;
        }
        content = JobContent.fingerprint(job);
        owners = ownersOf(job);
        // Whatever was read first: a gateway that reads it all again must come to the same.
        createdAt = at;
        if (ttlSeconds == null) {
            ttlSeconds = job.keeping().ttlSecondsAfterFinished();
        }
        // Another project's job of the same id is not this one.
        if (!claimed || Objects.equals(job.soleProject(), project)) {
            options = JobOptions.of(job);
        }
        // The coordinator takes the first of equal ids, too.
        if (state == JobView.State.PENDING && !claimed) {
            labels = job.labels();
            expected = weight;
            expectedPulls = pulls;
            claim(job.soleProject());
            subject = Subject.ofJob(id, project);
        }
    }

    /** The projects that a job is for; {@code ""} for what has none. */
    static Set<String> ownersOf(PullJob job) {
        Set<String> owners = new TreeSet<>();
        for (ImageRequest image : job.images()) {
            String owner = image.project() == null ? job.project() : image.project();
            owners.add(owner == null ? "" : owner);
        }
        return owners.isEmpty() ? Set.of("") : owners;
    }

    /**
     * Whose it is. It never passes from one project to another: a second job of the same id would show the first one's
     * pulls to strangers. If two claim it, it is nobody's.
     */
    private void claim(@Nullable String by) {
        contested |= claimed && !Objects.equals(by, project);
        claimed = true;
        project = contested ? null : by;
        if (content == null && by != null) {
            owners = Set.of(by);
        }
    }

    Applied apply(PullEvent event, long offset) {
        return switch (event) {
            case PullEvent.OfPull pull -> applyPull(pull);
            case PullEvent.JobAccepted accepted -> accept(accepted);
            case PullEvent.JobRejected rejected -> {
                if (rejected.conflict()) {
                    // It is about another job, which did not get this id: of its project, not of this one's.
                    yield new Applied(Subject.of(rejected), null, false);
                }
                if (isFinished()) {
                    yield new Applied(subject, null, false);
                }
                state = JobView.State.REJECTED;
                if (rejected.project() != null) {
                    claim(rejected.project());
                }
                reasons = rejected.reasons();
                bytes += reasons.stream().mapToLong(Weight::of).sum();
                yield finish(rejected.time(), offset);
            }
            case PullEvent.JobCompleted completed -> complete(completed, offset);
            case PullEvent.ImageRemoved _, PullEvent.Unknown _ -> new Applied(subject, null, false);
        };
    }

    private Applied applyPull(PullEvent.OfPull event) {
        if (thin) {
            return new Applied(Subject.of(event), null, false);
        }
        PullState pull = pull(event);
        PullView.State before = pull.state();
        OverallProgress.Part partBefore = pull.part();
        long bytesBefore = pull.bytes();
        Object supersedes = pull.apply(event);
        bytes += pull.bytes() - bytesBefore;
        progress.replace(partBefore, pull.part());
        if (before != pull.state() && !isFinished()) {
            counts.merge(before, -1, Integer::sum);
            counts.merge(pull.state(), 1, Integer::sum);
        }
        return new Applied(pull.subject(), supersedes, false);
    }

    private PullState pull(PullEvent.OfPull event) {
        var origin = event.origin();
        Map<String, PullState> ofWorker = pullsByWorker.computeIfAbsent(origin.worker(), _ -> new LinkedHashMap<>());
        PullState pull = ofWorker.get(origin.pull());
        if (pull == null) {
            PullEvent.JobPull what =
                    new PullEvent.JobPull(origin.pull(), origin.image(), origin.reference(), origin.platform());
            pull = add(ofWorker, new PullState(id, project, origin.worker(), what, event.at()), what.pull());
        }
        pull.claim(origin.project() == null ? project : origin.project());
        return pull;
    }

    private PullState add(Map<String, PullState> ofWorker, PullState pull, String pullId) {
        ofWorker.put(pullId, pull);
        bytes += pull.bytes();
        pullCount++;
        progress.add(pull.part());
        counts.merge(PullView.State.PENDING, 1, Integer::sum);
        return pull;
    }

    private Applied accept(PullEvent.JobAccepted event) {
        if (!isFinished()) {
            state = event.paused() ? JobView.State.PAUSED : JobView.State.RUNNING;
        }
        claim(event.project());
        if (thin) {
            return new Applied(Subject.of(event), null, false);
        }
        if (images.isEmpty()) {
            // It comes again with every worker that joins, and always with the same images.
            labels = event.labels();
            images = event.pulls().stream().map(JobState::once).toList();
            bytes = bytes + Weight.of(labels) + Weight.of(images);
            expected = 0;
        }
        for (String worker : event.workers()) {
            Map<String, PullState> ofWorker = pullsByWorker.computeIfAbsent(worker, _ -> new LinkedHashMap<>());
            for (PullEvent.JobPull what : images) {
                if (!ofWorker.containsKey(what.pull())) {
                    add(ofWorker, new PullState(id, project, worker, what, event.time()), what.pull());
                }
            }
        }
        subject = new Subject(
                id,
                project,
                List.copyOf(pullsByWorker.keySet()),
                images.stream()
                        .flatMap(image -> Stream.of(image.image(), image.reference()))
                        .distinct()
                        .toList());
        return new Applied(subject, null, false);
    }

    /** With one text where both names are the same. */
    private static PullEvent.JobPull once(PullEvent.JobPull what) {
        return what.image().equals(what.reference())
                ? new PullEvent.JobPull(what.pull(), what.image(), what.image(), what.platform())
                : what;
    }

    private Applied complete(PullEvent.JobCompleted event, long offset) {
        if (isFinished()) {
            return new Applied(subject, null, false);
        }
        state = JobView.State.COMPLETED;
        result = event.result();
        message = event.message();
        counts.put(PullView.State.SUCCEEDED, event.succeeded());
        counts.put(PullView.State.SKIPPED, event.skipped());
        counts.put(PullView.State.FAILED, event.failed());
        counts.put(PullView.State.CANCELLED, event.cancelled());
        return finish(event.time(), offset);
    }

    private Applied finish(Instant at, long offset) {
        completedAt = at;
        endOffset = offset;
        if (expected > 0) {
            bytes += Weight.of(labels);
            expected = 0;
        }
        return new Applied(subject, null, true);
    }

    /** Without pulls, for lists. */
    JobView summary() {
        return viewWith(null, images, 0);
    }

    /** Size of {@link #summary} as JSON, an estimate in bytes. */
    long summaryBytes() {
        return headBytes() + imagesAndWorkers();
    }

    /** Size of its view without images, workers and pulls, an estimate in bytes. */
    long headBytes() {
        return Weight.HEAD
                + Weight.of(labels)
                + reasons.stream().mapToLong(String::length).sum();
    }

    private long imagesAndWorkers() {
        long sum = 0;
        for (PullEvent.JobPull image : images) {
            sum += Weight.IMAGE + image.image().length() + image.reference().length();
        }
        for (String worker : pullsByWorker.keySet()) {
            sum += worker.length() + 4L;
        }
        return sum;
    }

    /** What a worker has not ended, as far as it may be seen. */
    List<PullView> openPullsOn(String worker, boolean lost, Predicate<Subject> visible) {
        if (isFinished()) {
            return List.of();
        }
        return pullsByWorker.getOrDefault(worker, Map.of()).values().stream()
                .filter(pull -> !pull.state().isTerminal() && visible.test(pull.subject()))
                .map(pull -> pull.view(lost))
                .toList();
    }

    /**
     * With the pulls that are wanted, as many as there is room for.
     *
     * @param isLost whether a worker is not heard of
     */
    JobView view(Predicate<Subject> wanted, Predicate<String> isLost, Budget budget) {
        if (thin || !budget.take(imagesAndWorkers())) {
            return viewWith(List.of(), List.of(), pullCount);
        }
        List<PullView> pulls = new ArrayList<>();
        int[] omitted = {0};
        pullsByWorker.forEach((worker, ofWorker) -> {
            boolean lost = !isFinished() && isLost.test(worker);
            for (PullState pull : ofWorker.values()) {
                if (wanted.test(pull.subject())) {
                    if (budget.take(pull.jsonBytes())) {
                        pulls.add(pull.view(lost));
                    } else {
                        omitted[0]++;
                    }
                }
            }
        });
        return viewWith(pulls, images, omitted[0]);
    }

    private JobView viewWith(@Nullable List<PullView> pulls, List<PullEvent.JobPull> shown, int omitted) {
        return new JobView(
                id,
                state,
                project,
                labels,
                createdAt,
                completedAt,
                result,
                shown,
                List.copyOf(pullsByWorker.keySet()),
                progress.percent(),
                progress.bytesCurrent(),
                progress.bytesTotal(),
                counts.getOrDefault(PullView.State.SUCCEEDED, 0),
                counts.getOrDefault(PullView.State.SKIPPED, 0),
                counts.getOrDefault(PullView.State.FAILED, 0),
                counts.getOrDefault(PullView.State.CANCELLED, 0),
                reasons,
                message,
                options,
                pulls,
                omitted == 0 ? null : omitted);
    }
}
