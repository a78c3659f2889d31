// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullEvent.JobCompleted;
import dev.pullcast.contract.job.CancelJob;
import dev.pullcast.contract.job.ImagePull;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.Keeping;
import dev.pullcast.contract.job.LabelSelector;
import dev.pullcast.contract.job.PauseJob;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.contract.job.Rollout;
import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.job.TaskRecord.CancelTask;
import dev.pullcast.contract.job.TaskRecord.PauseTask;
import dev.pullcast.contract.job.WorkersAtOnce;
import dev.pullcast.contract.worker.WorkerStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class JobLedgerRolloutTest extends LedgerTest {
    private static final Target ANY = new Target(Target.Mode.ANY, List.of(), Map.of());

    @Nested
    class WhenOnlySomeMayWorkAtOnce {
        @Test
        void theNextStartsWhenOneHasAnsweredForAllItsPulls() {
            arrive("a", "b", "c");

            List<Output> first =
                    read(job(Target.EVERYBODY, new Rollout(WorkersAtOnce.of(1), null, false), "alpine", "b"));

            assertThat(accepted(first).workers()).as("all are expected").containsExactly("a", "b", "c");
            assertThat(started(first)).containsExactly("a");
            assertThat(result(Given.succeeded("a", "alpine", now))).isEmpty();
            assertThat(started(result(Given.failed("a", "b", now)))).containsExactly("b");
        }

        @Test
        void aShareIsOfThoseThatAreExpected() {
            arrive("a", "b", "c", "d", "e");

            assertThat(started(read(job(Target.EVERYBODY, new Rollout(WorkersAtOnce.parse("40%"), null, false), "x"))))
                    .hasSize(2);
        }

        @Test
        void oneThatFellSilentDoesNotHoldTheOthersUp() {
            arrive("a", "b");
            read(job(Target.EVERYBODY, new Rollout(WorkersAtOnce.of(1), null, false), "alpine"));

            now = now.plusSeconds(16);
            workers.put("b", Given.worker("b", now), now);

            assertThat(started(ledger.onTime(now))).containsExactly("b");
        }

        @Test
        void noneStartAtZeroUntilTheBoundIsRaised() {
            arrive("a", "b");
            assertThat(started(read(job(Target.EVERYBODY, new Rollout(WorkersAtOnce.of(0), null, false), "alpine"))))
                    .isEmpty();

            assertThat(started(read(new PauseJob(Given.JOB, false, WorkersAtOnce.of(1)))))
                    .containsExactly("a");
        }

        @Test
        void thoseThatNeverStartedFailAtTheDeadlineByName() {
            arrive("a", "b");
            read(job(Target.EVERYBODY, new Rollout(WorkersAtOnce.of(1), null, false), "alpine"));

            pass(Duration.ofSeconds(60));
            List<Output> outputs = pass(Duration.ofSeconds(10));

            assertThat(events(outputs, PullEvent.Failed.class))
                    .extracting(event -> event.origin().worker())
                    .containsExactly("a", "b");
            assertThat(tasks(outputs))
                    .as("only who has the task is told to stop")
                    .extracting(TaskRecord.OfWorker::worker)
                    .containsExactly("a");
        }
    }

    @Nested
    class WhenStartsAreSpread {
        @Test
        void eachWorkerStartsOnceAtItsOwnMomentAndAllWithinTheSpread() {
            String[] names = IntStream.range(0, 100).mapToObj(i -> "node-" + i).toArray(String[]::new);
            arrive(names);
            List<Integer> perTenth = new ArrayList<>();
            List<String> all =
                    new ArrayList<>(started(read(job(Target.EVERYBODY, new Rollout(null, 50, false), "alpine"))));

            for (int tenth = 0; tenth < 10; tenth++) {
                now = now.plusSeconds(5);
                for (String name : names) {
                    workers.put(name, Given.worker(name, now), now);
                }
                List<String> some = started(ledger.onTime(now));
                perTenth.add(some.size());
                all.addAll(some);
            }

            assertThat(all).hasSize(100).doesNotHaveDuplicates();
            assertThat(perTenth).as("names that look alike start apart").allMatch(n -> n > 0 && n < 25);
        }

        @Test
        void anotherOwnerKeepsTheMoments() {
            arrive("a", "b", "c", "d");
            PullJob job = job(Target.EVERYBODY, new Rollout(null, 50, false), "alpine");
            List<Output> first = new ArrayList<>(read(job));
            now = now.plusSeconds(20);
            keepAlive("a", "b", "c", "d");
            first.addAll(pass(Duration.ZERO));
            JobLedger second = restored();
            second.onWorkers(workers.live(now), now);

            now = now.plusSeconds(30);
            keepAlive("a", "b", "c", "d");
            TreeSet<String> both = new TreeSet<>(started(first));
            List<String> rest = started(second.onTime(now));
            both.addAll(rest);

            assertThat(both).containsExactly("a", "b", "c", "d");
            assertThat(started(first).size() + rest.size()).as("nobody twice").isEqualTo(4);
        }
    }

    @Nested
    class WhenAJobIsPaused {
        @Test
        void thoseThatHaveTheTaskAreToldAndNoneIsAdded() {
            arrive("a");
            read(Given.job("alpine"));

            List<Output> outputs = read(new PauseJob(Given.JOB, true, null));

            assertThat(tasks(outputs)).containsExactly(new PauseTask(Given.JOB, "a", true));
            assertThat(accepted(outputs).paused()).isTrue();
            assertThat(started(arrive("b"))).isEmpty();
            assertThat(read(new PauseJob(Given.JOB, true, null))).as("again").isEmpty();
        }

        @Test
        void itGoesOnWhereItStopped() {
            arrive("a");
            read(Given.job("alpine"));
            read(new PauseJob(Given.JOB, true, null));
            arrive("b");

            List<Output> outputs = read(new PauseJob(Given.JOB, false, null));

            assertThat(tasks(outputs)).contains(new PauseTask(Given.JOB, "a", false));
            assertThat(started(outputs)).containsExactly("b");
            assertThat(accepted(outputs).paused()).isFalse();
        }

        @Test
        void oneThatBeginsPausedWaits() {
            arrive("a");
            List<Output> outputs = read(job(Target.EVERYBODY, new Rollout(null, null, true), "alpine"));

            assertThat(accepted(outputs).paused()).isTrue();
            assertThat(tasks(outputs)).isEmpty();
            assertThat(started(read(new PauseJob(Given.JOB, false, null)))).containsExactly("a");
        }

        @Test
        void aCancelEndsWhatNobodyHasStartedAtOnce() {
            arrive("a", "b");
            read(job(Target.EVERYBODY, new Rollout(null, null, true), "alpine"));

            List<Output> outputs = read(new CancelJob(Given.JOB, "no longer wanted"));

            assertThat(tasks(outputs)).isEmpty();
            assertThat(events(outputs, PullEvent.Cancelled.class)).hasSize(2);
            assertThat(only(outputs, JobCompleted.class).result()).isEqualTo(JobResult.CANCELLED);
        }

        @Test
        void anotherOwnerRemembersIt() {
            read(Given.job("alpine"));
            read(new PauseJob(Given.JOB, true, null));
            JobLedger second = restored();
            workers.put("a", Given.worker("a", now), now);

            assertThat(started(second.onWorkers(List.of(Given.worker("a", now)), now)))
                    .isEmpty();
            assertThat(started(second.onJob(Given.input(new PauseJob(Given.JOB, false, null)), now)))
                    .containsExactly("a");
        }

        @Test
        void anUnknownOneIsRejected() {
            assertThat(read(new PauseJob(Given.JOB, true, null)))
                    .singleElement()
                    .isInstanceOf(Output.Reject.class);
        }
    }

    @Nested
    class WhenAnotherTakesOverWhileSomeWait {
        private JobLedger second = ledger;

        @Test
        void thoseThatAreGoneByThenAreStillExpectedAndFailAtTheDeadlineByName() {
            arrive("a", "b", "c");
            PullJob job = job(Target.EVERYBODY, new Rollout(WorkersAtOnce.of(1), null, false), "alpine");
            read(job);
            leave("b");
            takeOver();

            assertThat(started(second.onResult(Given.succeeded("a", "alpine", now), now)))
                    .containsExactly("c");
            assertThat(second.onResult(Given.succeeded("c", "alpine", now), now))
                    .as("b has not answered")
                    .isEmpty();
            second.onTime(now.plusSeconds(60));
            List<Output> end = commit(second, second.onTime(now.plusSeconds(70)));

            assertThat(only(end, PullEvent.Failed.class).origin().worker()).isEqualTo("b");
            assertThat(only(end, PullEvent.Failed.class).reason()).isEqualTo(FailureReason.TIMEOUT);
            assertThat(only(end, JobCompleted.class).workers()).isEqualTo(3);
        }

        @Test
        void thoseThatCameLateAreAmongThem() {
            arrive("a");
            PullJob job = job(Target.EVERYBODY, new Rollout(null, null, true), "alpine");
            read(job);
            arrive("b");
            leave("a");
            leave("b");

            takeOver();
            List<Output> end = second.onJob(Given.input(new CancelJob(Given.JOB, "enough")), now);

            assertThat(events(end, PullEvent.Cancelled.class))
                    .extracting(event -> event.origin().worker())
                    .containsExactly("a", "b");
        }

        @Test
        void aPausedJobKeepsItsDeadline() {
            arrive("a");
            PullJob job = job(Target.EVERYBODY, new Rollout(null, null, true), "alpine");
            read(job);
            now = now.plusSeconds(50);

            takeOver();
            second.onTime(now.plusSeconds(10));

            assertThat(only(commit(second, second.onTime(now.plusSeconds(20))), JobCompleted.class)
                            .failed())
                    .isEqualTo(1);
        }

        @Test
        void aJobForAnyTakesOneThatIsThere() {
            arrive("a");
            PullJob job = job(ANY, new Rollout(null, null, true), "alpine");
            read(job);
            leave("a");
            arrive("b");

            takeOver();

            assertThat(started(second.onJob(Given.input(new PauseJob(Given.JOB, false, null)), now)))
                    .containsExactly("b");
        }

        @Test
        void nothingIsWrittenForThemWhereNobodyWaits() {
            arrive("a");

            assertThat(written(read(Given.job("alpine")))).hasSize(1);
        }

        private void takeOver() {
            second = restored();
            second.onWorkers(workers.live(now), now);
        }

        private void leave(String worker) {
            workers.put(worker, null, now);
        }
    }

    @Nested
    class WhenAnyOneIsMeant {
        @Test
        void anotherTakesOverWhenTheChosenOneFallsSilent() {
            arrive("a");
            read(Given.job(ANY, "alpine"));
            now = now.plusSeconds(16);
            workers.put("b", Given.worker("b", now), now);

            List<Output> outputs = ledger.onTime(now);

            assertThat(tasks(outputs)).contains(new CancelTask(Given.JOB, "a", "worker b took the job over"));
            assertThat(started(outputs)).containsExactly("b");
            assertThat(accepted(outputs).workers()).containsExactly("b");
            assertThat(result(Given.cancelled("a", "alpine", now)))
                    .as("what the first one says when it is back")
                    .isEmpty();
            JobCompleted end = only(result(Given.succeeded("b", "alpine", now)), JobCompleted.class);
            assertThat(List.of(end.workers(), end.succeeded(), end.cancelled())).containsExactly(1, 1, 0);
        }

        @Test
        void anotherTakesOverWhenTheChosenOneLeaves() {
            arrive("a", "b");
            String chosen = started(read(Given.job(ANY, "alpine"))).getFirst();

            workers.put(chosen, null, now);

            assertThat(started(ledger.onTime(now))).containsExactly(chosen.equals("a") ? "b" : "a");
        }

        @Test
        void itWaitsForTheChosenOneWhereThereIsNoOther() {
            arrive("a");
            read(Given.job(ANY, "alpine"));

            assertThat(pass(Duration.ofSeconds(30))).isEmpty();
            assertThat(only(result(Given.succeeded("a", "alpine", now)), JobCompleted.class)
                            .result())
                    .isEqualTo(JobResult.SUCCEEDED);
        }

        @Test
        void anotherOwnerKnowsWhoHasIt() {
            arrive("a");
            read(Given.job(ANY, "alpine"));
            now = now.plusSeconds(16);
            workers.put("b", Given.worker("b", now), now);
            pass(Duration.ZERO);
            JobLedger second = restored();

            assertThat(second.onTime(now)).isEmpty();
            assertThat(only(second.onResult(Given.succeeded("b", "alpine", now), now), JobCompleted.class)
                            .workers())
                    .isEqualTo(1);
        }
    }

    @Nested
    class WhenAWorkerHasManyTasks {
        private final JobRules one =
                new JobRules(JobRules.DEFAULT.limits(), 1_000_000, 1, Duration.ofSeconds(10), Duration.ofSeconds(10));
        private final JobLedger strict = new JobLedger(PARTITION, one, workers, budget);

        @Test
        void theNextJobWaitsForItsTurn() {
            workers.put("a", Given.worker("a", now), now);
            String next = "01JD5Q8W3ZJ4T0N6R2V7X9A1BD";
            strict.onJob(Given.input(Given.job("alpine")), now);

            List<Output> outputs =
                    strict.onJob(Given.input(PullJob.of(next, List.of(ImageRequest.of("busybox")))), now);

            assertThat(accepted(outputs).workers()).containsExactly("a");
            assertThat(tasks(outputs)).isEmpty();
            strict.onResult(Given.succeeded("a", "alpine", now), now);
            assertThat(tasks(strict.onTime(now))).extracting(TaskRecord::job).containsExactly(next);
        }
    }

    @Nested
    class WhenTheTargetHasASelector {
        @Test
        void onlyThoseOfWhichItHoldsGetATask() {
            arrive("a", "b", "c");
            Target target =
                    new Target(Target.Mode.ALL, List.of(), Map.of(), LabelSelector.parse("zone in (a, c), !gpu"));

            assertThat(started(read(Given.job(target, "alpine")))).containsExactly("a", "c");
        }
    }

    private void keepAlive(String... names) {
        for (String name : names) {
            workers.put(name, Given.worker(name, WorkerStatus.State.READY, 0, now), now);
        }
    }

    private static PullJob job(Target target, Rollout rollout, String... images) {
        return new PullJob(
                Given.JOB,
                List.of(images).stream().map(ImageRequest::of).toList(),
                PullPolicy.IF_NOT_PRESENT,
                target,
                null,
                null,
                null,
                60,
                rollout,
                Keeping.NONE,
                ImagePull.USUAL,
                null,
                null,
                Map.of());
    }

    private static List<String> started(List<Output> outputs) {
        return tasks(outputs).stream()
                .filter(TaskRecord.PullTask.class::isInstance)
                .map(TaskRecord.OfWorker::worker)
                .toList();
    }
}
