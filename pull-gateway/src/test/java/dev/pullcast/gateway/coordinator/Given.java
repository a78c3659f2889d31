// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullId;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.Rollout;
import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.worker.EngineFacts;
import dev.pullcast.contract.worker.WorkerStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Jobs, workers and results as tests need them. */
final class Given {
    static final String JOB = "01JD5Q8W3ZJ4T0N6R2V7X9A1BC";

    private Given() {}

    static PullJob job(String... images) {
        return PullJob.of(JOB, Stream.of(images).map(ImageRequest::of).toList());
    }

    static PullJob job(Target target, String... images) {
        PullJob plain = job(images);
        return new PullJob(
                plain.id(),
                plain.images(),
                plain.pullPolicy(),
                target,
                null,
                null,
                null,
                60,
                plain.rollout(),
                plain.keeping(),
                plain.imagePull(),
                null,
                null,
                Map.of());
    }

    /** For everybody, and nobody is to start yet. */
    static PullJob paused(int deadlineSeconds, String... images) {
        PullJob plain = job(images);
        return new PullJob(
                plain.id(),
                plain.images(),
                plain.pullPolicy(),
                plain.target(),
                null,
                null,
                null,
                deadlineSeconds,
                new Rollout(null, null, true),
                plain.keeping(),
                plain.imagePull(),
                null,
                null,
                Map.of());
    }

    static Target named(String... workers) {
        return new Target(Target.Mode.ALL, List.of(workers), Map.of());
    }

    static JobInput input(Object contractRecord) {
        boolean ofSet = contractRecord instanceof PullJob job && job.keeping().set() != null;
        return JobInput.read(ContractJson.write(contractRecord), JobRules.DEFAULT.limits(), ofSet);
    }

    static WorkerStatus worker(String id, Instant now) {
        return worker(id, WorkerStatus.State.READY, 0, now);
    }

    static WorkerStatus worker(String id, WorkerStatus.State state, int running, Instant now) {
        EngineFacts engine = new EngineFacts("docker", "28.0", "1.48", "linux", "amd64", null, null, null);
        return new WorkerStatus(id, "1", state, Map.of("zone", id), now, now, 5, engine, running, 0, "0.1.0");
    }

    static PullOrigin origin(String worker, String image, Instant now) {
        String reference = ImageReference.parse(image).canonical();
        return new PullOrigin(JOB, worker, PullId.of(reference, null), "1", image, reference, null, null, 1, 0, 9, now);
    }

    static PullEvent.Succeeded succeeded(String worker, String image, Instant now) {
        return new PullEvent.Succeeded(origin(worker, image, now), "sha256:0", null, 1, 0, 1, 0, 0, 0);
    }

    static PullEvent.Skipped skipped(String worker, String image, Instant now) {
        return new PullEvent.Skipped(origin(worker, image, now), null);
    }

    static PullEvent.Cancelled cancelled(String worker, String image, Instant now) {
        return new PullEvent.Cancelled(origin(worker, image, now), "cancelled");
    }

    static PullEvent.Failed failed(String worker, String image, Instant now) {
        return new PullEvent.Failed(
                origin(worker, image, now), FailureReason.NOT_FOUND, false, 1, "no such image", "look again");
    }
}
