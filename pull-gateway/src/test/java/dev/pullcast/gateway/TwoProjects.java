// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.job.ImagePull;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.Keeping;
import dev.pullcast.contract.job.PullId;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.contract.job.Rollout;
import dev.pullcast.contract.job.StandingSet;
import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.contract.worker.EngineFacts;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.testkit.TestKafka;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Two projects on one fleet. Whatever belongs to the second has {@value #MARK} in it, so that a leak is seen. */
final class TwoProjects {
    static final String MARK = "bravo";
    static final String WORKER = "node-1";

    private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

    private final TestKafka kafka;

    TwoProjects(TestKafka kafka) {
        this.kafka = kafka;
    }

    /** One job with one image on one worker. */
    record Job(String id, String project) {
        static Job of(String project) {
            return new Job(UlidCreator.getMonotonicUlid().toString(), project);
        }

        private String image() {
            return project + "-image:1";
        }

        private String reference() {
            return "docker.io/library/" + image();
        }

        private String pull() {
            return PullId.of(reference(), null);
        }

        private PullOrigin origin(long seq) {
            return new PullOrigin(
                    id, WORKER, pull(), "i1", image(), reference(), null, project, 1, 0, seq, TIME.plusMillis(seq));
        }

        PullEvent accepted() {
            return new PullEvent.JobAccepted(
                    id,
                    TIME,
                    project,
                    Map.of("owner", project),
                    List.of(new PullEvent.JobPull(pull(), image(), reference(), null)),
                    List.of(WORKER),
                    TIME.plusSeconds(3600));
        }

        PullEvent layer(long seq) {
            return new PullEvent.Layer(origin(seq), project + "layer", LayerPhase.DOWNLOADING, seq, 1000L, null);
        }

        PullEvent succeeded(long seq) {
            return new PullEvent.Succeeded(origin(seq), "sha256:" + digestOf(project), null, 1000, 0, 1, 1, 2, 3);
        }

        PullEvent completed() {
            return new PullEvent.JobCompleted(
                    id, TIME.plusSeconds(9), project, JobResult.SUCCEEDED, 1, 1, 0, 0, 0, null);
        }
    }

    /** What images of a project are digested to: told apart at a glance. */
    static String digestOf(String project) {
        return (MARK.equals(project) ? "b" : "a").repeat(64);
    }

    void send(PullEvent... events) {
        for (PullEvent event : events) {
            kafka.send(kafka.topics().events(), event.jobId(), event);
        }
    }

    /** A job that goes on. */
    Job running(String project) {
        Job job = Job.of(project);
        send(job.accepted(), job.layer(1));
        return job;
    }

    /** What the coordinator remembers of a job with {@code keep}. */
    void keep(Job job) {
        PullJob asked = new PullJob(
                job.id(),
                List.of(ImageRequest.of(job.image())),
                PullPolicy.IF_NOT_PRESENT,
                Target.EVERYBODY,
                null,
                null,
                null,
                PullJob.DEFAULT_ACTIVE_DEADLINE_SECONDS,
                Rollout.AT_ONCE,
                new Keeping(null, true, null, false, null),
                ImagePull.USUAL,
                null,
                job.project(),
                Map.of("owner", job.project()));
        int partition = Topics.partitionOf(job.id(), kafka.partitions());
        kafka.send(kafka.topics().sets(), partition, job.id(), new StandingSet(asked, TIME));
    }

    /** A heartbeat of the worker that both use; what it tells of load and disk has telling figures. */
    void heartbeat() {
        kafka.send(
                kafka.topics().workers(),
                WORKER,
                new WorkerStatus(
                        WORKER,
                        "i1",
                        WorkerStatus.State.READY,
                        Map.of("zone", "z1"),
                        Instant.now(),
                        Instant.now(),
                        60,
                        new EngineFacts("docker", "29.0", "1.52", "linux", "amd64", "overlay2", "/srv/images", 4711L),
                        17,
                        19,
                        "1"));
    }
}
