// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.contract.codec.JobReader;
import dev.pullcast.contract.job.CancelJob;
import dev.pullcast.contract.job.Credentials;
import dev.pullcast.contract.job.ImagePull;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.Keeping;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.contract.job.Rollout;
import dev.pullcast.contract.job.StandingSet;
import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.job.TaskRecord.PullTask;
import dev.pullcast.contract.job.TaskRecord.RemoveTask;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class StandingSetsTest extends LedgerTest {
    private final PullJob wanted = job(new Keeping(null, true, 600, true, null));

    @Nested
    class WhenAJobIsToBeKept {
        @Test
        void itIsRememberedAndItsTasksSayUnderWhatToRememberWhatTheyBring() {
            arrive("a");

            List<Output> outputs = read(wanted);

            assertThat(kept(outputs)).isEqualTo(new StandingSet(wanted, now));
            assertThat(((PullTask) tasks(outputs).getFirst()).set()).isEqualTo(Given.JOB);
        }

        @Test
        void anyOtherJobIsNot() {
            arrive("a");

            assertThat(read(Given.job("alpine"))).noneMatch(Output.Kept.class::isInstance);
        }
    }

    @Nested
    class WhenItsTimeHasCome {
        @Test
        void everybodyIsGivenItAgainByAJobOfItsOwn() {
            begin();
            assertThat(pass(Duration.ofSeconds(599))).isEmpty();

            List<Output> outputs = pass(Duration.ofSeconds(1));

            PullJob again = made(outputs).getFirst();
            assertThat(again.keeping()).isEqualTo(new Keeping(null, false, null, true, Given.JOB));
            assertThat(again.images()).isEqualTo(wanted.images());
            assertThat(again.labels()).containsEntry("pullcast.dev/set", Given.JOB);
            assertThat(JobReader.read(ContractJson.write(again), JobLimits.DEFAULT))
                    .as("what it writes it can read")
                    .isEqualTo(new JobReader.Accepted(again));
            assertThat(kept(outputs).refreshedAt()).isEqualTo(now);
            assertThat(pass(Duration.ofSeconds(1))).isEmpty();
        }

        @Test
        void anotherOwnerMakesTheSameJobOfIt() {
            List<Output> first = begin();
            JobLedger second = new JobLedger(PARTITION, JobRules.DEFAULT, workers, budget);
            second.restoreSet(kept(first));

            List<PullJob> ours = made(pass(Duration.ofMinutes(10)));

            assertThat(made(second.onTime(now.plusSeconds(3)))).isEqualTo(ours).hasSize(1);
        }
    }

    @Nested
    class WhenAWorkerComesLater {
        @Test
        void itIsGivenTheSetAlone() {
            begin();
            now = now.plusSeconds(60);

            PullJob again = made(arrive("b")).getFirst();

            assertThat(again.target().workers()).containsExactly("b");
            assertThat(tasks(read(again))).hasSize(1);
            assertThat(ledger.onWorkers(List.of(Given.worker("b", now)), now))
                    .as("seen again, perhaps by another owner")
                    .isEmpty();
        }

        @Test
        void oneThatWasThereBeforeIsNot() {
            begin();

            assertThat(ledger.onWorkers(List.of(Given.worker("a", now)), now)).isEmpty();
        }
    }

    @Nested
    class WhenItIsCancelled {
        @Test
        void itIsForgottenAndWhatItBroughtIsRemoved() {
            begin();

            List<Output> outputs = read(new CancelJob(Given.JOB, null));

            assertThat(outputs)
                    .containsExactly(
                            new Output.Forgotten(Given.JOB),
                            new Output.Task(new RemoveTask(Given.JOB, "a", PARTITION)));
            assertThat(pass(Duration.ofMinutes(100))).isEmpty();
        }

        @Test
        void workersHoldNothingForItAnyMoreAlsoWhereNothingIsRemoved() {
            arrive("a");
            PullTask task = (PullTask)
                    tasks(read(job(new Keeping(null, true, 600, false, null)))).getFirst();
            assertThat(task.set()).isEqualTo(Given.JOB);
            assertThat(task.keepOnExpiry()).as("what it brings stays").isTrue();
            result(Given.succeeded("a", "alpine", now));

            assertThat(tasks(read(new CancelJob(Given.JOB, null))))
                    .containsExactly(new RemoveTask(Given.JOB, "a", PARTITION));
        }

        @Test
        void whatItHasGivenEndsWithIt() {
            begin();
            PullJob again = made(pass(Duration.ofMinutes(10))).getFirst();
            arrive("a");
            assertThat(tasks(read(again))).hasSize(1);

            List<Output> outputs = read(new CancelJob(Given.JOB, null));

            assertThat(tasks(outputs))
                    .containsExactly(
                            new RemoveTask(Given.JOB, "a", PARTITION),
                            new TaskRecord.CancelTask(again.id(), "a", "cancelled"));
        }

        @Test
        void aJobOfItThatIsReadAfterwardsIsRejected() {
            begin();
            PullJob again = made(pass(Duration.ofMinutes(10))).getFirst();
            read(new CancelJob(Given.JOB, null));

            assertThat(reasons(read(again))).singleElement().asString().startsWith("set: ");
        }
    }

    /** Producers that write the name of a set into their jobs. */
    @Nested
    class AJobThatNamesASet {
        private PullJob again(UnaryOperator<PullJob> change) {
            begin();
            PullJob given = made(pass(Duration.ofMinutes(10))).getFirst();
            arrive("a");
            return change.apply(given);
        }

        private void isRejected(PullJob forged) {
            List<Output> outputs = read(forged);
            assertThat(tasks(outputs)).isEmpty();
            assertThat(reasons(outputs)).singleElement().asString().startsWith("set: ");
        }

        @Test
        void isTakenIfItIsWordForWordWhatTheSetGives() {
            PullTask task = (PullTask) tasks(read(again(job -> job))).getFirst();
            assertThat(task.set()).isEqualTo(Given.JOB);
            assertThat(task.keepOnExpiry()).isFalse();
        }

        @Test
        void isRejectedWithOtherImages() {
            isRejected(again(job -> with(job, List.of(ImageRequest.of("theirs:1")), null, job.target())));
        }

        @Test
        void isRejectedWithALoginOfItsOwn() {
            isRejected(again(job -> with(job, job.images(), new Credentials(null, "a.b.c.d.e"), job.target())));
        }

        @Test
        void isRejectedInAnotherProject() {
            isRejected(again(job -> job.withProject("team-b")));
        }

        @Test
        void isRejectedForWorkersThatTheSetIsNotFor() {
            PullJob forOne = again(job ->
                    with(job, job.images(), null, new Target(Target.Mode.ALL, List.of("a", "elsewhere"), Map.of())));
            isRejected(forOne);
        }

        @Test
        void isRejectedWhereThereIsNoSuchSet() {
            arrive("a");
            isRejected(job(new Keeping(null, false, null, true, "01JD5Q8W3ZJ4T0N6R2V7X9A1ZZ")));
        }

        @Test
        void isRejectedIfItIsToBeKeptItself() {
            begin();
            PullJob forged = job(new Keeping(null, true, 600, true, Given.JOB));
            isRejected(new PullJob(
                    "01JD5Q8W3ZJ4T0N6R2V7X9A1ZY",
                    forged.images(),
                    forged.pullPolicy(),
                    forged.target(),
                    null,
                    null,
                    null,
                    60,
                    Rollout.AT_ONCE,
                    forged.keeping(),
                    ImagePull.USUAL,
                    null,
                    null,
                    Map.of()));
        }

        private PullJob with(PullJob job, List<ImageRequest> images, @Nullable Credentials login, Target target) {
            return new PullJob(
                    job.id(),
                    images,
                    job.pullPolicy(),
                    target,
                    null,
                    null,
                    null,
                    job.activeDeadlineSeconds(),
                    job.rollout(),
                    job.keeping(),
                    job.imagePull(),
                    login,
                    job.project(),
                    job.labels());
        }
    }

    private static List<String> reasons(List<Output> outputs) {
        return outputs.stream()
                .filter(Output.Reject.class::isInstance)
                .flatMap(output -> ((Output.Reject) output).reasons().stream())
                .toList();
    }

    /** A set that worker a has. */
    private List<Output> begin() {
        arrive("a");
        List<Output> outputs = read(wanted);
        result(Given.succeeded("a", "alpine", now));
        return outputs;
    }

    private static StandingSet kept(List<Output> outputs) {
        return outputs.stream()
                .filter(Output.Kept.class::isInstance)
                .map(output -> ((Output.Kept) output).set())
                .findFirst()
                .orElseThrow();
    }

    private static List<PullJob> made(List<Output> outputs) {
        return outputs.stream()
                .filter(Output.Job.class::isInstance)
                .map(output -> ((Output.Job) output).job())
                .toList();
    }

    private static PullJob job(Keeping keeping) {
        return new PullJob(
                Given.JOB,
                List.of(ImageRequest.of("alpine")),
                PullPolicy.IF_NOT_PRESENT,
                Target.EVERYBODY,
                null,
                null,
                null,
                60,
                Rollout.AT_ONCE,
                keeping,
                ImagePull.USUAL,
                null,
                null,
                Map.of());
    }
}
