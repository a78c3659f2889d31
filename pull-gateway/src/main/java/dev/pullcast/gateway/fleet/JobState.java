// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.fleet;

import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.contract.view.PullView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One job, as its record and its events tell. Owned by the thread of its {@link FleetView}. */
final class JobState {
    private final String id;
    private final int partition;
    private final Map<String, Map<String, PullState>> pullsByWorker = new TreeMap<>();
    private final Map<PullView.State, Integer> counts = new EnumMap<>(PullView.State.class);

    private JobView.State state = JobView.State.PENDING;
    private @Nullable String project;
    private Map<String, String> labels = Map.of();
    private Instant createdAt;
    private @Nullable Instant completedAt;
    private @Nullable JobResult result;
    private List<PullEvent.JobPull> images = List.of();
    private List<String> reasons = List.of();
    private @Nullable String message;
    private Subject subject;
    private int pullCount;
    private double percentSum;
    private long endOffset = -1;

    JobState(String id, int partition, Instant createdAt) {
        this.id = id;
        this.partition = partition;
        this.createdAt = createdAt;
        this.subject = Subject.ofJob(id, null);
    }

    Instant createdAt() {
        return createdAt;
    }

    String id() {
        return id;
    }

    Subject subject() {
        return subject;
    }

    JobPlace place() {
        return new JobPlace(partition, endOffset);
    }

    boolean isFinished() {
        return endOffset >= 0;
    }

    /** The record on pull.jobs may be read before or after the first events: the two topics are read apart. */
    void asked(@Nullable String project, Map<String, String> labels, Instant at) {
        if (at.isBefore(createdAt)) {
            createdAt = at;
        }
        if (state == JobView.State.PENDING) {
            this.project = project;
            this.labels = labels;
            subject = Subject.ofJob(id, project);
        }
    }

    Applied apply(PullEvent event, long offset) {
        return switch (event) {
            case PullEvent.OfPull pull -> applyPull(pull);
            case PullEvent.JobAccepted accepted -> accept(accepted);
            case PullEvent.JobRejected rejected -> {
                if (isFinished()) {
                    yield new Applied(subject, null, false);
                }
                state = JobView.State.REJECTED;
                project = rejected.project() == null ? project : rejected.project();
                reasons = rejected.reasons();
                yield finish(rejected.time(), offset);
            }
            case PullEvent.JobCompleted completed -> complete(completed, offset);
            case PullEvent.Unknown _ -> new Applied(subject, null, false);
        };
    }

    private Applied applyPull(PullEvent.OfPull event) {
        PullState pull = pull(event);
        PullView.State before = pull.state();
        double percentBefore = pull.percent();
        Object supersedes = pull.apply(event);
        percentSum += pull.percent() - percentBefore;
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
            pull = add(
                    ofWorker,
                    new PullState(
                            id,
                            origin.project() == null ? project : origin.project(),
                            origin.worker(),
                            what,
                            event.at()),
                    what.pull());
        }
        return pull;
    }

    private PullState add(Map<String, PullState> ofWorker, PullState pull, String pullId) {
        ofWorker.put(pullId, pull);
        pullCount++;
        counts.merge(PullView.State.PENDING, 1, Integer::sum);
        return pull;
    }

    private Applied accept(PullEvent.JobAccepted event) {
        if (!isFinished()) {
            state = JobView.State.RUNNING;
        }
        project = event.project();
        labels = event.labels();
        images = event.pulls();
        for (String worker : event.workers()) {
            Map<String, PullState> ofWorker = pullsByWorker.computeIfAbsent(worker, _ -> new LinkedHashMap<>());
            for (PullEvent.JobPull what : event.pulls()) {
                if (!ofWorker.containsKey(what.pull())) {
                    add(ofWorker, new PullState(id, project, worker, what, event.time()), what.pull());
                }
            }
        }
        subject = new Subject(
                id,
                project,
                List.copyOf(pullsByWorker.keySet()),
                Subject.of(event).images());
        return new Applied(subject, null, false);
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
        return new Applied(subject, null, true);
    }

    /** Without pulls, for lists. */
    JobView summary() {
        return viewWith(null);
    }

    /** With the pulls that are wanted. */
    JobView view(Predicate<Subject> wanted) {
        List<PullView> pulls = new ArrayList<>(pullCount);
        for (Map<String, PullState> ofWorker : pullsByWorker.values()) {
            for (PullState pull : ofWorker.values()) {
                if (wanted.test(pull.subject())) {
                    pulls.add(pull.view());
                }
            }
        }
        return viewWith(pulls);
    }

    private JobView viewWith(@Nullable List<PullView> pulls) {
        return new JobView(
                id,
                state,
                project,
                labels,
                createdAt,
                completedAt,
                result,
                images,
                List.copyOf(pullsByWorker.keySet()),
                pullCount == 0 ? 0 : Math.clamp(percentSum / pullCount, 0, 100),
                counts.getOrDefault(PullView.State.SUCCEEDED, 0),
                counts.getOrDefault(PullView.State.SKIPPED, 0),
                counts.getOrDefault(PullView.State.FAILED, 0),
                counts.getOrDefault(PullView.State.CANCELLED, 0),
                reasons,
                message,
                pulls);
    }
}
