// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.ImagePull;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.Keeping;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.contract.job.Rollout;
import dev.pullcast.contract.job.StandingSet;
import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.view.ImageView;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.contract.view.PullView;
import dev.pullcast.contract.view.SetView;
import dev.pullcast.contract.view.WorkerView;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class FleetViewTest {
    private static final Instant T = ManualClock.START;

    private final ManualClock clock = new ManualClock();
    private final FleetView fleet = new FleetView(new FleetView.Kept(2, 10), clock);
    private long seq;

    private PullOrigin origin(String job, String worker, int attempt) {
        return new PullOrigin(
                job,
                worker,
                "p1",
                "i",
                "alpine",
                "docker.io/library/alpine:latest",
                null,
                "team",
                attempt,
                0,
                ++seq,
                T);
    }

    private List<JobView> listed() {
        return fleet.jobs(new JobQuery(Set.of(), Set.of(), Map.of(), _ -> true, null, 10))
                .jobs();
    }

    private Applied apply(PullEvent event) {
        return fleet.apply(event, 1, ++seq);
    }

    private Applied layer(String layer, int attempt, LayerPhase phase, long current) {
        return apply(new PullEvent.Layer(origin("j1", "w1", attempt), layer, phase, current, 100L, null));
    }

    private void accept(String job, String... workers) {
        apply(new PullEvent.JobAccepted(
                job,
                T,
                "team",
                Map.of("a", "b"),
                List.of(new PullEvent.JobPull("p1", "alpine", "docker.io/library/alpine:latest", null)),
                List.of(workers),
                T));
    }

    private Applied complete(String job) {
        return apply(new PullEvent.JobCompleted(job, T, "team", JobResult.SUCCEEDED, 1, 1, 0, 0, 0, null));
    }

    private void succeed(String job, String worker) {
        apply(new PullEvent.Succeeded(origin(job, worker, 1), "sha256:d", null, 1, 0, 1, 0, 0, 0));
    }

    private JobView job(String id) {
        return fleet.job(id, _ -> true).orElseThrow();
    }

    private PullView pull() {
        return Objects.requireNonNull(job("j1").pulls()).getFirst();
    }

    private static PullJob asked(
            String id, @Nullable String project, Map<String, String> labels, @Nullable Integer ttlSeconds) {
        return new PullJob(
                id,
                List.of(ImageRequest.of("alpine")),
                PullPolicy.IF_NOT_PRESENT,
                Target.EVERYBODY,
                null,
                null,
                null,
                60,
                Rollout.AT_ONCE,
                new Keeping(ttlSeconds, false, null, false, null),
                ImagePull.USUAL,
                null,
                project,
                labels);
    }

    @Nested
    class AJob {
        @Test
        void is_pending_from_its_record_to_its_acceptance() {
            fleet.ask(asked("j1", "team", Map.of("a", "b"), null), 1, T);
            assertThat(job("j1").state()).isEqualTo(JobView.State.PENDING);
            assertThat(job("j1").project()).isEqualTo("team");
            accept("j1", "w2", "w1");
            assertThat(job("j1").state()).isEqualTo(JobView.State.RUNNING);
            assertThat(job("j1").workers()).containsExactly("w1", "w2");
            assertThat(job("j1").pulls()).hasSize(2).allMatch(p -> p.state() == PullView.State.PENDING);
        }

        @Test
        void counts_its_pulls_and_gains_workers_that_join_late() {
            accept("j1", "w1");
            succeed("j1", "w1");
            accept("j1", "w1", "w2");
            assertThat(job("j1").succeeded()).isEqualTo(1);
            assertThat(job("j1").pulls()).hasSize(2);
            assertThat(job("j1").percent()).isEqualTo(50);
        }

        @Test
        void ends_once_whatever_comes_again() {
            accept("j1", "w1");
            succeed("j1", "w1");
            Applied first = complete("j1");
            Applied again = complete("j1");
            assertThat(first.endsJob()).isTrue();
            assertThat(again.endsJob()).isFalse();
            assertThat(fleet.place("j1").orElseThrow().isFinished()).isTrue();
            assertThat(job("j1").result()).isEqualTo(JobResult.SUCCEEDED);
            assertThat(fleet.activeJobs()).isZero();
        }

        @Test
        void says_why_it_was_rejected() {
            Applied applied = apply(new PullEvent.JobRejected("j1", T, null, List.of("images: bad")));
            assertThat(applied.endsJob()).isTrue();
            assertThat(job("j1").state()).isEqualTo(JobView.State.REJECTED);
            assertThat(job("j1").reasons()).containsExactly("images: bad");
        }

        @Test
        void is_forgotten_after_its_end_when_newer_ones_have_ended_but_its_place_is_known() {
            for (String id : List.of("j1", "j2", "j3")) {
                accept(id, "w1");
                complete(id);
            }
            assertThat(fleet.job("j1", _ -> true)).isEmpty();
            assertThat(fleet.place("j1").orElseThrow().isFinished()).isTrue();
            succeed("j1", "w1");
            fleet.ask(asked("j1", null, Map.of(), null), 1, T);
            assertThat(fleet.job("j1", _ -> true)).isEmpty();
            assertThat(listed()).hasSize(2);
        }

        @Test
        void is_forgotten_when_those_that_ended_later_have_too_many_pulls_but_the_last_one_never_is() {
            accept("j1", "w1", "w2");
            complete("j1");
            accept("j2", "w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8");
            complete("j2");
            assertThat(listed()).as("ten pulls").hasSize(2);
            accept("j3", IntStream.range(0, 12).mapToObj(i -> "w" + i).toArray(String[]::new));
            assertThat(listed()).as("what goes on does not count").hasSize(3);
            complete("j3");
            assertThat(listed()).extracting(JobView::id).containsExactly("j3");
            assertThat(fleet.place("j2").orElseThrow().isFinished()).isTrue();
        }

        @Test
        void is_forgotten_when_its_time_to_live_is_over() {
            fleet.ask(asked("j1", null, Map.of(), 60), 1, T);
            accept("j1", "w1");
            complete("j1");
            Instant end = Objects.requireNonNull(job("j1").completedAt());
            clock.advance(Duration.between(clock.instant(), end.plusSeconds(59)));
            fleet.forgetExpired();
            assertThat(listed()).hasSize(1);
            clock.advance(Duration.ofSeconds(1));
            fleet.forgetExpired();
            assertThat(listed()).isEmpty();
            assertThat(fleet.place("j1").orElseThrow().isFinished()).isTrue();
        }

        @Test
        void is_paused_and_goes_on() {
            accept("j1", "w1");
            apply(new PullEvent.JobAccepted("j1", T, null, Map.of(), List.of(), List.of("w1"), T, true));
            assertThat(job("j1").state()).isEqualTo(JobView.State.PAUSED);
            accept("j1", "w1");
            assertThat(job("j1").state()).isEqualTo(JobView.State.RUNNING);
        }

        @Test
        void does_not_end_because_somebody_else_used_its_id() {
            accept("j1", "w1");
            Applied applied = apply(new PullEvent.JobRejected("j1", T, null, List.of("id: taken"), true));
            assertThat(applied.endsJob()).isFalse();
            assertThat(job("j1").state()).isEqualTo(JobView.State.RUNNING);
            assertThat(job("j1").reasons()).isEmpty();
        }
    }

    @Nested
    class APull {
        @Test
        void shows_its_layers_and_its_progress() {
            accept("j1", "w1");
            layer("l1", 1, LayerPhase.DOWNLOADING, 40);
            apply(new PullEvent.Progress(origin("j1", "w1", 1), 40, 100L, 40.0, 0, 1, 10L, 6L));
            assertThat(pull().percent()).isEqualTo(40);
            assertThat(pull().layers()).singleElement().satisfies(l -> {
                assertThat(l.current()).isEqualTo(40);
                assertThat(l.phase()).isEqualTo(LayerPhase.DOWNLOADING);
            });
            assertThat(job("j1").percent()).isEqualTo(40);
        }

        @Test
        void starts_its_layers_again_with_each_attempt_but_never_loses_percent() {
            layer("l1", 1, LayerPhase.EXTRACTING, 40);
            apply(new PullEvent.Progress(origin("j1", "w1", 1), 40, 100L, 40.0, 0, 1, 10L, 6L));
            apply(new PullEvent.Retrying(origin("j1", "w1", 1), FailureReason.NETWORK, "reset", 1, T));
            assertThat(pull().state()).isEqualTo(PullView.State.RETRYING);
            layer("l2", 2, LayerPhase.WAITING, 0);
            assertThat(pull().layers()).extracting(PullView.LayerView::layer).containsExactly("l2");
            assertThat(pull().percent()).isEqualTo(40);
            assertThat(pull().attempt()).isEqualTo(2);
        }

        @Test
        void keeps_its_first_end() {
            succeed("j1", "w1");
            apply(new PullEvent.Failed(origin("j1", "w1", 1), FailureReason.NETWORK, true, 1, "late", "hint"));
            layer("l1", 3, LayerPhase.WAITING, 0);
            assertThat(pull().state()).isEqualTo(PullView.State.SUCCEEDED);
            assertThat(pull().layers()).isEmpty();
            assertThat(job("j1").failed()).isZero();
        }

        @Test
        void lets_only_progress_within_one_phase_be_superseded() {
            assertThat(layer("l1", 1, LayerPhase.DOWNLOADING, 1).supersedes()).isNull();
            Object first = layer("l1", 1, LayerPhase.DOWNLOADING, 2).supersedes();
            Object second = layer("l1", 1, LayerPhase.DOWNLOADING, 3).supersedes();
            assertThat(first).isNotNull().isSameAs(second);
            assertThat(layer("l2", 1, LayerPhase.DOWNLOADING, 3).supersedes()).isNull();
            assertThat(layer("l2", 1, LayerPhase.DOWNLOADING, 4).supersedes()).isNotSameAs(first);
            assertThat(layer("l1", 1, LayerPhase.VERIFYING, 3).supersedes()).isNull();
        }
    }

    @Nested
    class AWorker {
        private WorkerStatus status(String id) {
            return new WorkerStatus(
                    id, "i", WorkerStatus.State.READY, Map.of(), T, clock.instant(), 10, null, 0, 0, "1");
        }

        private WorkerView tell(@Nullable WorkerStatus status) {
            return Objects.requireNonNull(fleet.applyWorker("w1", status));
        }

        @Test
        void lives_while_its_heartbeat_is_fresh() {
            assertThat(tell(status("w1")).live()).isTrue();
            clock.advance(Duration.ofSeconds(30));
            assertThat(fleet.expireWorkers()).isEmpty();
            clock.advance(Duration.ofSeconds(1));
            assertThat(fleet.expireWorkers()).extracting(WorkerView::live).containsExactly(false);
            assertThat(fleet.expireWorkers()).isEmpty();
            assertThat(fleet.liveWorkers()).isZero();
            assertThat(tell(status("w1")).live()).isTrue();
        }

        @Test
        void takes_what_it_had_open_out_of_sight_until_it_is_back() {
            accept("j1", "w1");
            layer("l1", 1, LayerPhase.DOWNLOADING, 1);
            tell(status("w1"));
            assertThat(pull().state()).isEqualTo(PullView.State.RUNNING);
            clock.advance(Duration.ofSeconds(31));
            fleet.expireWorkers();
            assertThat(pull().state()).isEqualTo(PullView.State.LOST);
            tell(status("w1"));
            assertThat(pull().state()).isEqualTo(PullView.State.RUNNING);
            fleet.applyWorker("w1", null);
            assertThat(pull().state()).isEqualTo(PullView.State.LOST);
            succeed("j1", "w1");
            assertThat(pull().state()).isEqualTo(PullView.State.SUCCEEDED);
        }

        @Test
        void is_gone_after_its_tombstone() {
            fleet.applyWorker("w1", status("w1"));
            assertThat(tell(null).live()).isFalse();
            assertThat(fleet.workers()).isEmpty();
            assertThat(fleet.applyWorker("w1", null)).isNull();
        }
    }

    @Nested
    class AStandingSet {
        private final PullJob job = asked("j1", "team", Map.of(), null);

        @Test
        void can_be_cancelled_after_its_job_has_ended_and_when_that_is_no_longer_known() {
            fleet.applySet("j1", 1, new StandingSet(job, T));
            assertThat(fleet.placeToCancel("j1")).contains(new JobPlace(1, "team", JobPlace.GOES_ON, null));
            accept("j1", "w1");
            complete("j1");
            assertThat(fleet.place("j1").orElseThrow().isFinished()).isTrue();
            assertThat(fleet.placeToCancel("j1").orElseThrow().isFinished()).isFalse();
            fleet.applySet("j1", 1, null);
            assertThat(fleet.placeToCancel("j1").orElseThrow().isFinished()).isTrue();
            assertThat(fleet.sets(_ -> true)).isEmpty();
        }

        @Test
        void is_shown_to_those_who_may_see_its_project() {
            fleet.applySet("j1", 1, new StandingSet(job, T));
            assertThat(fleet.sets(subject -> "team".equals(subject.project())))
                    .extracting(SetView::id)
                    .containsExactly("j1");
            assertThat(fleet.sets(subject -> "other".equals(subject.project()))).isEmpty();
        }
    }

    @Nested
    class AnImageThatAWorkerRemoved {
        private final ImageReference alpine = ImageReference.parse("alpine");

        private List<String> workersWith(ImageReference reference) {
            return fleet.image(reference, _ -> true).workers().stream()
                    .map(ImageView.OnWorker::worker)
                    .toList();
        }

        private Applied remove(String worker, String reference, Instant when) {
            return apply(new PullEvent.ImageRemoved("set", worker, when, "other", reference, "sha256:d"));
        }

        @Test
        void is_not_told_of_that_worker_any_more_whichever_project_saw_it() {
            succeed("j1", "w1");
            succeed("j1", "w2");
            Applied applied = remove("w1", alpine.canonical(), T);
            assertThat(workersWith(alpine)).containsExactly("w2");
            assertThat(applied.subject().project()).isEqualTo("other");
            assertThat(applied.endsJob()).isFalse();
            assertThat(fleet.place("set")).as("it makes no job of the set").isEmpty();
        }

        @Test
        void is_told_again_once_it_was_seen_again() {
            remove("w1", alpine.canonical(), T.minusSeconds(1));
            succeed("j1", "w1");
            remove("w1", alpine.canonical(), T.minusSeconds(1));
            assertThat(workersWith(alpine)).containsExactly("w1");
        }

        @Test
        void keeps_its_other_tags() {
            succeed("j1", "w1");
            remove("w1", "docker.io/library/alpine:3", T);
            remove("w1", "not a reference", T);
            assertThat(workersWith(alpine)).containsExactly("w1");
        }
    }

    @Nested
    class ALogThatWasMadeAnew {
        @Test
        void takes_finished_jobs_along_and_leaves_those_that_go_on() {
            accept("open", "w1");
            accept("j1", "w1");
            complete("j1");
            fleet.forgetFinished();
            assertThat(listed()).extracting(JobView::id).containsExactly("open");
            assertThat(fleet.place("j1")).isEmpty();
            assertThat(fleet.activeJobs()).isEqualTo(1);
        }
    }
}
