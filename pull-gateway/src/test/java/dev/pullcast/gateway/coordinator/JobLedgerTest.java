// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullEvent.JobCompleted;
import dev.pullcast.contract.event.PullEvent.JobRejected;
import dev.pullcast.contract.job.CancelJob;
import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.job.TaskRecord.CancelTask;
import dev.pullcast.contract.job.TaskRecord.PullTask;
import dev.pullcast.contract.worker.WorkerStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class JobLedgerTest extends LedgerTest {
    @Nested
    class WhenAJobIsRead {
        @Test
        void everyLiveWorkerGetsATaskAndTheJobIsAccepted() {
            arrive("b", "a");

            List<Output> outputs = read(Given.job("alpine", "docker.io/library/alpine:latest", "busybox:1"));

            assertThat(accepted(outputs).workers()).containsExactly("a", "b");
            assertThat(accepted(outputs).pulls())
                    .extracting(PullEvent.JobPull::reference)
                    .as("equal images are one pull")
                    .containsExactly("docker.io/library/alpine:latest", "docker.io/library/busybox:1");
            assertThat(tasks(outputs)).extracting(TaskRecord.OfWorker::worker).containsExactly("a", "b");
            PullTask task = (PullTask) tasks(outputs).getFirst();
            assertThat(task.jobPartition()).isEqualTo(PARTITION);
            assertThat(task.deadline()).isEqualTo(now.plusSeconds(3600));
            assertThat(task.pulls()).hasSize(2);
        }

        @Test
        void onlyNamedOnesOfTheLiveWorkersGetATask() {
            arrive("a", "b", "c");

            assertThat(tasks(read(Given.job(Given.named("c", "a"), "alpine"))))
                    .extracting(TaskRecord.OfWorker::worker)
                    .containsExactly("a", "c");
        }

        @Test
        void onlyThoseWithTheLabelsGetATask() {
            arrive("a", "b");
            Target target = new Target(Target.Mode.ALL, List.of(), Map.of("zone", "b"));

            assertThat(tasks(read(Given.job(target, "alpine"))))
                    .extracting(TaskRecord.OfWorker::worker)
                    .containsExactly("b");
        }

        @Test
        void anyIsTheLeastLoadedOneThatIsReady() {
            workers.put("a", Given.worker("a", WorkerStatus.State.READY, 3, now), now);
            workers.put("b", Given.worker("b", WorkerStatus.State.READY, 1, now), now);
            workers.put("c", Given.worker("c", WorkerStatus.State.ENGINE_GONE, 0, now), now);

            List<Output> outputs = read(Given.job(new Target(Target.Mode.ANY, List.of(), Map.of()), "alpine"));

            assertThat(tasks(outputs)).extracting(TaskRecord.OfWorker::worker).containsExactly("b");
        }

        @Test
        void jobsForAnySpreadOverThoseThatHaveEquallyMuchToDo() {
            arrive("w1", "w2", "w3");
            Target any = new Target(Target.Mode.ANY, List.of(), Map.of());

            assertThat(IntStream.range(0, 50)
                            .mapToObj(i -> workers.pick(any, Given.JOB + i, now)
                                    .orElseThrow()
                                    .worker())
                            .distinct())
                    .containsExactlyInAnyOrder("w1", "w2", "w3");
        }

        @Test
        void thoseThatLeftFellSilentOrDrainAreLeftOut() {
            arrive("left", "silent");
            pass(Duration.ofSeconds(20));
            arrive("here");
            workers.put("left", null, now);
            workers.put("drains", Given.worker("drains", WorkerStatus.State.DRAINING, 0, now), now);

            assertThat(tasks(read(Given.job("alpine"))))
                    .extracting(TaskRecord.OfWorker::worker)
                    .containsExactly("here");
        }

        @Test
        void theSameJobAgainIsOneJob() {
            arrive("a");
            read(Given.job("alpine"));

            assertThat(read(Given.job("alpine"))).isEmpty();
        }

        @Test
        void theSameIdWithOtherContentIsRejectedWithoutEndingTheFirst() {
            arrive("a");
            read(Given.job("alpine"));

            List<Output> outputs = read(Given.job("busybox"));

            assertThat(outputs.getFirst())
                    .isInstanceOfSatisfying(
                            Output.Reject.class,
                            reject -> assertThat(reject.reasons())
                                    .singleElement()
                                    .asString()
                                    .contains("belongs to an earlier job with other content"));
            JobRejected told = only(outputs, JobRejected.class);
            assertThat(told.isTerminal()).isFalse();
            assertThat(told.id()).isEqualTo(Given.JOB + "/conflict");
            assertThat(ledger.openJobs()).isEqualTo(1);
        }

        @Test
        void whatBecomesTooLargeIsRejectedWithItsSize() {
            JobRules small = new JobRules(JobLimits.DEFAULT, 500, 16, Duration.ofSeconds(10), Duration.ofSeconds(10));
            JobLedger strict = new JobLedger(PARTITION, small, workers, budget);

            List<Output> outputs = strict.onJob(Given.input(Given.job("one", "two", "three", "four")), now);

            assertThat(only(outputs, JobRejected.class).reasons())
                    .singleElement()
                    .asString()
                    .contains("at most 500 are allowed");
            assertThat(strict.openJobs()).isZero();
        }
    }

    @Nested
    class WhenARecordIsNoJob {
        @Test
        void itIsRejectedOnceAndItsIdToldWhereThereIsOne() {
            JobInput bad = bytes("{\"id\":\"" + Given.JOB + "\",\"images\":[]}");

            List<Output> outputs = ledger.onJob(bad, now);

            assertThat(outputs.getFirst()).isInstanceOf(Output.Reject.class);
            assertThat(only(outputs, JobRejected.class).job()).isEqualTo(Given.JOB);
            assertThat(ledger.onJob(bad, now)).as("the same again").isEmpty();
        }

        @Test
        void withoutAnIdThereIsNobodyToTell() {
            assertThat(ledger.onJob(bytes("no json"), now)).singleElement().isInstanceOf(Output.Reject.class);
        }

        @Test
        void aBrokenCancelDoesNotEndTheJob() {
            arrive("a");
            read(Given.job("alpine"));
            JobInput broken = bytes("{\"kind\":\"CancelJob\",\"id\":\"" + Given.JOB + "\",\"message\":7}");

            assertThat(ledger.onJob(broken, now)).singleElement().isInstanceOf(Output.Reject.class);
            assertThat(ledger.openJobs()).isEqualTo(1);
        }
    }

    @Nested
    class WhenResultsArrive {
        @Test
        void theJobEndsWithTheLastOneAndCountsThemAll() {
            arrive("a", "b");
            read(Given.job("alpine", "busybox"));

            assertThat(result(Given.succeeded("a", "alpine", now))).isEmpty();
            assertThat(result(Given.skipped("a", "busybox", now))).isEmpty();
            assertThat(result(Given.succeeded("b", "alpine", now))).isEmpty();
            List<Output> outputs = result(Given.succeeded("b", "busybox", now));

            assertThat(outputs).hasSize(1);
            assertThat(only(outputs, JobCompleted.class))
                    .isEqualTo(new JobCompleted(Given.JOB, now, null, JobResult.SUCCEEDED, 2, 3, 1, 0, 0, null));
            assertThat(ledger.openJobs()).isZero();
        }

        @Test
        void oneFailureFailsTheJob() {
            arrive("a");
            read(Given.job("alpine", "busybox"));
            result(Given.failed("a", "alpine", now));

            assertThat(only(result(Given.succeeded("a", "busybox", now)), JobCompleted.class)
                            .result())
                    .isEqualTo(JobResult.FAILED);
        }

        @Test
        void theFirstEndOfAPullCounts() {
            arrive("a", "b");
            read(Given.job("alpine"));
            result(Given.succeeded("a", "alpine", now));
            result(Given.failed("a", "alpine", now));
            result(Given.succeeded("a", "alpine", now));
            result(Given.succeeded("nobody", "alpine", now));

            assertThat(only(result(Given.succeeded("b", "alpine", now)), JobCompleted.class)
                            .succeeded())
                    .isEqualTo(2);
        }

        @Test
        void nothingIsSaidTwice() {
            arrive("a");
            read(Given.job("alpine"));
            result(Given.succeeded("a", "alpine", now));

            assertThat(result(Given.succeeded("a", "alpine", now))).isEmpty();
            assertThat(ledger.onTime(now.plusSeconds(4000))).isEmpty();
            assertThat(read(Given.job("alpine"))).isEmpty();
        }
    }

    @Nested
    class WhenWorkersComeLate {
        @Test
        void aMatchingOneGetsItsTaskAndTheListGrows() {
            arrive("a");
            read(Given.job("alpine"));

            List<Output> outputs = arrive("b");

            assertThat(accepted(outputs).workers()).containsExactly("a", "b");
            assertThat(tasks(outputs)).extracting(TaskRecord.OfWorker::worker).containsExactly("b");
            assertThat(ledger.onWorkers(List.of(Given.worker("b", now)), now))
                    .as("again")
                    .isEmpty();
        }

        @Test
        void manyAtOnceGetTheirTasksAndTheListIsToldOnce() {
            arrive("a");
            read(Given.job("alpine"));

            List<Output> outputs = arrive("b", "c", "d");

            assertThat(accepted(outputs).workers()).containsExactly("a", "b", "c", "d");
            assertThat(tasks(outputs)).extracting(TaskRecord.OfWorker::worker).containsExactly("b", "c", "d");
        }

        @Test
        void anotherOneGetsNone() {
            arrive("a");
            read(Given.job(Given.named("a"), "alpine"));

            assertThat(arrive("b")).isEmpty();
        }

        @Test
        void anyTakesTheFirstOfThem() {
            read(Given.job(new Target(Target.Mode.ANY, List.of(), Map.of()), "alpine"));

            assertThat(tasks(arrive("a"))).hasSize(1);
            assertThat(arrive("b")).isEmpty();
        }

        @Test
        void afterItsEndAJobTakesNobody() {
            arrive("a");
            read(Given.job("alpine"));
            result(Given.succeeded("a", "alpine", now));

            assertThat(arrive("b")).isEmpty();
        }
    }

    @Nested
    class WhenNobodyMatches {
        @Test
        void theJobIsUnmatchedAfterTheGrace() {
            assertThat(accepted(read(Given.job("alpine"))).workers()).isEmpty();
            assertThat(pass(Duration.ofMillis(9_999))).isEmpty();

            JobCompleted end = only(pass(Duration.ofMillis(1)), JobCompleted.class);

            assertThat(end.result()).isEqualTo(JobResult.UNMATCHED);
            assertThat(end.message()).contains("No live worker matched the target within 10 s");
        }

        @Test
        void aNamedOneThatIsNotThereFailsTheJobByName() {
            arrive("a");
            read(Given.job(Given.named("a", "ghost"), "alpine"));
            assertThat(result(Given.succeeded("a", "alpine", now)))
                    .as("it may still come")
                    .isEmpty();

            JobCompleted end = only(pass(Duration.ofSeconds(10)), JobCompleted.class);

            assertThat(end.result()).isEqualTo(JobResult.FAILED);
            assertThat(end.message()).contains("ghost");
        }
    }

    @Nested
    class WhenTheDeadlinePasses {
        @Test
        void whoDoesNotSayHowItEndedFailsAndIsToldToStop() {
            arrive("a", "b");
            read(Given.job("alpine", "busybox"));
            result(Given.succeeded("a", "alpine", now));
            result(Given.succeeded("a", "busybox", now));

            assertThat(pass(Duration.ofHours(1)))
                    .as("workers know the deadline, too")
                    .isEmpty();
            result(Given.cancelled("b", "alpine", now));
            assertThat(pass(Duration.ofMillis(9_999))).isEmpty();
            List<Output> outputs = pass(Duration.ofMillis(1));

            assertThat(tasks(outputs)).containsExactly(new CancelTask(Given.JOB, "b", "the job's deadline passed"));
            PullEvent.Failed failed = only(outputs, PullEvent.Failed.class);
            assertThat(failed.reason()).isEqualTo(FailureReason.TIMEOUT);
            assertThat(failed.id())
                    .isEqualTo(Given.succeeded("b", "busybox", now).id());
            assertThat(failed.origin().worker()).isEqualTo("b");
            JobCompleted end = only(outputs, JobCompleted.class);
            assertThat(end.result()).isEqualTo(JobResult.FAILED);
            assertThat(List.of(end.succeeded(), end.failed(), end.cancelled())).containsExactly(2, 1, 1);
        }
    }

    @Nested
    class WhenAJobIsCancelled {
        @Test
        void workersWithOpenPullsAreToldAndTheJobEndsWithTheirAnswers() {
            arrive("a", "b");
            read(Given.job("alpine"));
            result(Given.succeeded("a", "alpine", now));

            assertThat(tasks(read(new CancelJob(Given.JOB, "by Kim"))))
                    .containsExactly(new CancelTask(Given.JOB, "b", "by Kim"));
            assertThat(read(new CancelJob(Given.JOB, "again"))).isEmpty();
            JobCompleted end = only(result(Given.cancelled("b", "alpine", now)), JobCompleted.class);

            assertThat(end.result()).isEqualTo(JobResult.CANCELLED);
            assertThat(end.message()).isEqualTo("by Kim");
        }

        @Test
        void whoDoesNotAnswerIsCancelledOnItsBehalf() {
            arrive("a");
            read(Given.job("alpine"));
            read(new CancelJob(Given.JOB, null));

            List<Output> outputs = pass(Duration.ofSeconds(10));

            assertThat(only(outputs, PullEvent.Cancelled.class).id())
                    .isEqualTo(Given.succeeded("a", "alpine", now).id());
            assertThat(only(outputs, JobCompleted.class).cancelled()).isEqualTo(1);
        }

        @Test
        void withoutWorkersItEndsAtOnce() {
            read(Given.job("alpine"));

            assertThat(only(read(new CancelJob(Given.JOB, null)), JobCompleted.class)
                            .result())
                    .isEqualTo(JobResult.CANCELLED);
        }

        @Test
        void anUnknownOneIsRejectedAndAnEndedOneStaysAsItIs() {
            assertThat(read(new CancelJob(Given.JOB, null))).singleElement().isInstanceOf(Output.Reject.class);
            arrive("a");
            read(Given.job("alpine"));
            result(Given.succeeded("a", "alpine", now));

            assertThat(read(new CancelJob(Given.JOB, null))).isEmpty();
        }
    }

    @Nested
    class WhenItIsRestored {
        @Test
        void itGoesOnWhereTheFirstStopped() {
            arrive("a", "b");
            read(Given.job("alpine"));
            result(Given.succeeded("a", "alpine", now));
            JobLedger second = restored();

            assertThat(second.onWorkers(List.of(Given.worker("a", now)), now))
                    .as("it has its task")
                    .isEmpty();
            assertThat(second.onTime(now.plusSeconds(60))).isEmpty();
            JobCompleted end = only(second.onResult(Given.succeeded("b", "alpine", now), now), JobCompleted.class);

            assertThat(end.succeeded()).isEqualTo(2);
            assertThat(end.id()).isEqualTo(Given.JOB + "/completed");
        }

        @Test
        void itKeepsTheDeadlineThatWorkersWereGiven() {
            arrive("a");
            read(Given.job("alpine"));
            now = now.plusSeconds(1800);
            JobLedger second = restored();

            now = now.plusSeconds(1800);
            assertThat(commit(second, second.onTime(now))).isEmpty();
            now = now.plusSeconds(10);
            assertThat(only(commit(second, second.onTime(now)), JobCompleted.class)
                            .failed())
                    .isEqualTo(1);
        }

        @Test
        void whatHasEndedStaysEnded() {
            arrive("a");
            read(Given.job("alpine"));
            result(Given.succeeded("a", "alpine", now));
            JobLedger second = restored();

            assertThat(second.openJobs()).isZero();
            assertThat(second.onTime(now.plusSeconds(9000))).isEmpty();
            assertThat(second.onJob(Given.input(Given.job("alpine")), now)).isEmpty();
            assertThat(only(second.onJob(Given.input(Given.job("other")), now), JobRejected.class)
                            .conflict())
                    .isTrue();
        }

        @Test
        void nothingIsKeptOfAJobThatIsForgotten() {
            arrive("a");
            read(Given.job("alpine"));
            result(Given.succeeded("a", "alpine", now));
            assertThat(ledger.state()).hasSize(1);

            pass(Duration.ofDays(8));

            assertThat(ledger.state()).isEmpty();
            assertThat(restored().knows(Given.JOB)).isFalse();
        }

        @Test
        void aCancelIsRemembered() {
            arrive("a");
            read(Given.job("alpine"));
            read(new CancelJob(Given.JOB, "by Kim"));
            JobLedger second = restored();

            now = now.plusSeconds(10);
            List<Output> outputs = commit(second, second.onTime(now));

            assertThat(tasks(outputs)).as("it was told already").isEmpty();
            assertThat(only(outputs, JobCompleted.class).result()).isEqualTo(JobResult.CANCELLED);
        }
    }

    @Nested
    class WhenKafkaWasAway {
        private final Target any = new Target(Target.Mode.ANY, List.of(), Map.of());

        @Test
        void aJobWaitsForLivingWorkersThatWereNotHeardYet() {
            arrive("first", "second");
            now = now.plusSeconds(30);
            workers.inTouchAgain(now);
            arrive("first");
            read(Given.job("alpine"));

            assertThat(events(result(Given.succeeded("first", "alpine", now)), JobCompleted.class))
                    .as("the second has not had time to be heard")
                    .isEmpty();
            assertThat(tasks(arrive("second")))
                    .extracting(TaskRecord.OfWorker::worker)
                    .containsExactly("second");
            assertThat(only(result(Given.succeeded("second", "alpine", now)), JobCompleted.class)
                            .workers())
                    .isEqualTo(2);
        }

        @Test
        void aJobEndsWithoutThoseThatStaySilent() {
            arrive("first", "second");
            now = now.plusSeconds(30);
            workers.inTouchAgain(now);
            arrive("first");
            read(Given.job("alpine"));
            result(Given.succeeded("first", "alpine", now));

            assertThat(only(pass(WorkerTable.SETTLE_TIMEOUT), JobCompleted.class)
                            .workers())
                    .isEqualTo(1);
        }

        @Test
        void aJobForAnyStaysWithItsWorker() {
            arrive("first");
            read(Given.job(any, "alpine"));
            now = now.plusSeconds(30);
            workers.inTouchAgain(now);
            arrive("second");

            assertThat(tasks(pass(Duration.ofSeconds(1)))).isEmpty();
            arrive("first");
            assertThat(tasks(pass(Duration.ofSeconds(14)))).isEmpty();
        }

        @Test
        void aJobForAnyMovesWhenItsWorkerStaysSilent() {
            arrive("first");
            read(Given.job(any, "alpine"));
            now = now.plusSeconds(30);
            workers.inTouchAgain(now);
            arrive("second");

            assertThat(tasks(pass(WorkerTable.SETTLE_TIMEOUT)))
                    .extracting(TaskRecord.OfWorker::worker)
                    .containsExactly("first", "second");
        }
    }

    @Nested
    class WhenAnEndIsWrittenOnBehalfOfAWorker {
        @Test
        void theWorkersOwnAnswerCountsWhereItStandsFirstInTheLog() {
            arrive("a");
            read(Given.job("alpine"));
            ledger.onTime(now.plusSeconds(3600));
            List<Output> written = ledger.onTime(now.plusSeconds(3610));

            assertThat(only(written, PullEvent.Failed.class).reason()).isEqualTo(FailureReason.TIMEOUT);
            assertThat(events(written, JobCompleted.class)).isEmpty();
            JobCompleted end = only(ledger.onResult(Given.succeeded("a", "alpine", now), now), JobCompleted.class);

            assertThat(List.of(end.succeeded(), end.failed())).containsExactly(1, 0);
        }

        @Test
        void itIsWrittenOnceEvenAfterATakeover() {
            arrive("a");
            read(Given.job("alpine"));
            now = now.plusSeconds(3600);
            ledger.onTime(now);
            now = now.plusSeconds(10);
            List<Output> written = ledger.onTime(now);
            List<Output> changes = new ArrayList<>();
            ledger.takeChanges(changes);
            remember(changes);

            JobLedger second = restored();
            assertThat(second.onTime(now)).isEmpty();
            assertThat(only(second.onResult(only(written, PullEvent.Failed.class), now), JobCompleted.class)
                            .failed())
                    .isEqualTo(1);
        }
    }

    @Nested
    class WhenADecisionIsLargerThanATransaction {
        private final String[] names =
                IntStream.range(0, 3000).mapToObj(i -> "node-" + i).toArray(String[]::new);

        @Test
        void tasksAreGivenInRoundsAndEachWorkerGetsOne() {
            workers(names);
            List<Output> first = read(Given.job(images(200)));
            List<Output> all = new ArrayList<>(first);
            for (int round = 0; round < 1000 && tasks(all).size() < names.length; round++) {
                List<Output> some = pass(Duration.ofMillis(1));
                assertThat(bytes(some)).isLessThan(Budget.MAX_BYTES + 1_000_000);
                all.addAll(some);
            }

            assertThat(bytes(first)).isLessThan(Budget.MAX_BYTES + 1_000_000);
            assertThat(tasks(all))
                    .extracting(TaskRecord.OfWorker::worker)
                    .hasSize(3000)
                    .doesNotHaveDuplicates();
        }

        @Test
        void aCancelEndsAllPullsInRounds() {
            workers(names);
            read(Given.paused(3600, images(10)));
            List<Output> all = new ArrayList<>();
            List<Output> some = ledger.onJob(Given.input(new CancelJob(Given.JOB, "enough")), now);
            for (int round = 0; round < 1000 && events(all, JobCompleted.class).isEmpty(); round++) {
                assertThat(events(some, PullEvent.Cancelled.class)).hasSizeLessThan(Budget.MAX_RECORDS + 10);
                all.addAll(commit(some));
                some = ledger.onTime(now);
            }

            JobCompleted end = only(all, JobCompleted.class);
            assertThat(List.of(end.workers(), end.cancelled())).containsExactly(3000, 30_000);
        }

        @Test
        void noRecordOfTheChangelogGrowsWithTheNumberOfWorkersPast256Kb() {
            String[] many = IntStream.range(0, 20_000)
                    .mapToObj(i -> "a-node-with-a-long-name-in-some-cluster-" + i)
                    .toArray(String[]::new);
            workers(many);
            ledger.onJob(Given.input(Given.paused(3600, "alpine")), now);
            List<Output> changes = new ArrayList<>();
            ledger.takeChanges(changes);

            assertThat(changes)
                    .allSatisfy(change -> assertThat(
                                    ContractJson.write(Objects.requireNonNull(((Output.State) change).value())).length)
                            .isLessThan(256 * 1024));
            remember(changes);
            assertThat(restored().state()).isEqualTo(ledger.state());
        }

        private void workers(String... some) {
            for (String name : some) {
                workers.put(name, Given.worker(name, now), now);
            }
        }

        private static String[] images(int count) {
            return IntStream.range(0, count).mapToObj(i -> "image-" + i).toArray(String[]::new);
        }

        private static long bytes(List<Output> outputs) {
            return tasks(outputs).stream()
                    .mapToLong(task -> ContractJson.write(task).length)
                    .sum();
        }
    }
}
