// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.dashboard;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.job.PullId;
import dev.pullcast.contract.view.PullView;
import dev.pullcast.contract.view.Snapshot;
import dev.pullcast.contract.view.WorkerView;
import dev.pullcast.contract.worker.EngineFacts;
import dev.pullcast.contract.worker.WorkerStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a job goes through, told in the contract's own records; the clock goes on by a second with each event. */
final class Story {
    static final Instant LONG_AGO = Instant.parse("2026-01-01T08:00:00Z");

    final String job;
    private final Instant start;
    private long seq;

    Story(String job) {
        this(job, LONG_AGO);
    }

    Story(String job, Instant start) {
        this.job = job;
        this.start = start;
    }

    private Instant now() {
        return start.plusSeconds(++seq);
    }

    static Snapshot nothing() {
        return new Snapshot(LONG_AGO, List.of(), List.of());
    }

    static WorkerView worker(String id, boolean live) {
        return new WorkerView(heartbeat(id, LONG_AGO), live);
    }

    static WorkerView worker(String id, WorkerStatus.State state) {
        return new WorkerView(heartbeat(id, LONG_AGO, state, 5), true);
    }

    static WorkerStatus heartbeat(String id, Instant time) {
        return heartbeat(id, time, WorkerStatus.State.READY, 5);
    }

    static WorkerStatus heartbeat(String id, Instant time, WorkerStatus.State state, int seconds) {
        EngineFacts engine =
                new EngineFacts("docker", "28.1.1", "1.49", "linux", "amd64", "overlay2", null, 412_400_000_000L);
        return new WorkerStatus(
                id, "incarnation", state, Map.of("zone", "eu-1"), time, time, seconds, engine, 1, 2, "0.1.0");
    }

    /** A pull that runs, as a snapshot tells it: at 5 MB/s, one of three layers there. */
    static PullView view(String job, String worker, String image, double percent) {
        return new PullView(
                job,
                worker,
                pull(image),
                image,
                reference(image),
                null,
                null,
                PullView.State.RUNNING,
                1,
                percent,
                Math.round(percent * 500_000),
                50_000_000L,
                1,
                3,
                5_000_000L,
                6L,
                List.of(),
                null,
                null,
                null,
                null,
                null,
                PullView.Arrival.NONE,
                null,
                Instant.now());
    }

    /** A pull that has ended, as a snapshot tells it. */
    static PullView ended(String job, String worker, String image, @Nullable String platform, PullView.State state) {
        return new PullView(
                job,
                worker,
                PullId.of(reference(image), platform),
                image,
                reference(image),
                platform,
                null,
                state,
                1,
                100,
                0,
                null,
                0,
                0,
                null,
                null,
                List.of(),
                null,
                null,
                null,
                null,
                null,
                PullView.Arrival.NONE,
                null,
                LONG_AGO);
    }

    PullEvent accepted(List<String> workers, String... images) {
        List<PullEvent.JobPull> pulls = List.of(images).stream()
                .map(image -> new PullEvent.JobPull(pull(image), image, reference(image), null))
                .toList();
        return new PullEvent.JobAccepted(job, now(), null, Map.of(), pulls, workers, start.plusSeconds(3600));
    }

    /** Accepted before, and paused now or going on again. */
    PullEvent paused(boolean paused, List<String> workers, String... images) {
        PullEvent.JobAccepted again = (PullEvent.JobAccepted) accepted(workers, images);
        return new PullEvent.JobAccepted(
                job, again.time(), null, Map.of(), again.pulls(), workers, again.deadline(), paused);
    }

    PullEvent rejected(String... reasons) {
        return new PullEvent.JobRejected(job, now(), null, List.of(reasons));
    }

    PullEvent completed(JobResult result, int succeeded, int failed) {
        return new PullEvent.JobCompleted(job, now(), null, result, 1, succeeded, 0, failed, 0, null);
    }

    PullEvent started(String worker, String image) {
        return new PullEvent.Started(origin(worker, image));
    }

    PullEvent layer(String worker, String image, LayerPhase phase, @Nullable Long current) {
        return layer(worker, image, "0a1b2c3d4e5f", phase, current);
    }

    PullEvent layer(String worker, String image, String layer, LayerPhase phase, @Nullable Long current) {
        return new PullEvent.Layer(origin(worker, image), layer, phase, current, 50_000_000L, null);
    }

    PullEvent progress(String worker, String image, double percent) {
        long bytes = Math.round(percent * 500_000);
        return new PullEvent.Progress(origin(worker, image), bytes, 50_000_000L, percent, 0, 1, 12_500_000L, 3L);
    }

    PullEvent succeeded(String worker, String image) {
        String digest = "sha256:" + "ab12".repeat(16);
        return new PullEvent.Succeeded(origin(worker, image), digest, null, 50_000_000, 0, 1, 10, 3900, 100);
    }

    PullEvent failed(String worker, String image, String message) {
        FailureReason reason = FailureReason.NOT_FOUND;
        return new PullEvent.Failed(origin(worker, image), reason, false, 1, message, reason.hint());
    }

    PullEvent retrying(String worker, String image, String message) {
        PullOrigin origin = origin(worker, image);
        Instant next = origin.time().plusSeconds(30);
        return new PullEvent.Retrying(origin, FailureReason.RATE_LIMITED, message, 30, next);
    }

    private PullOrigin origin(String worker, String image) {
        Instant now = now();
        String reference = reference(image);
        return new PullOrigin(job, worker, pull(image), "incarnation", image, reference, null, null, 1, 0, seq, now);
    }

    private static String reference(String image) {
        return "docker.io/library/" + image;
    }

    private static String pull(String image) {
        return PullId.of(reference(image), null);
    }
}
