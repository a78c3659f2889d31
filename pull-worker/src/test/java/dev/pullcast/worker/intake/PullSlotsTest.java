// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.PullId;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.worker.engine.Keyring;
import dev.pullcast.worker.pull.FakeEngine;
import dev.pullcast.worker.pull.ManualTimers;
import dev.pullcast.worker.pull.PullReporter;
import dev.pullcast.worker.pull.PullRun;
import dev.pullcast.worker.pull.PullSettings;
import dev.pullcast.worker.pull.PullSpec;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PullSlotsTest {
    private final Fixture fixture = new Fixture(2);

    /** Slots over an engine in memory. */
    private static final class Fixture {
        final FakeEngine engine = new FakeEngine();
        final ManualTimers timers = new ManualTimers();
        final PullSlots slots;

        Fixture(int parallelism) {
            PullSettings settings = new PullSettings(
                    parallelism,
                    0,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    Duration.ofHours(2),
                    Duration.ofSeconds(1));
            slots = new PullSlots(
                    new PullRun.Parts(engine, Keyring.ANONYMOUS, timers, RandomGenerator.getDefault(), settings),
                    new PullReporter.Identity("w", "i"),
                    (_, _) -> Future.succeededFuture());
        }

        PullSlots.Ticket submit(String job, String image, @Nullable Integer parallelism) {
            ImageReference reference = ImageReference.parse(image);
            return slots.submit(new PullSpec(
                    job,
                    PullId.of(reference.canonical(), null),
                    image,
                    reference,
                    null,
                    null,
                    null,
                    PullPolicy.IF_NOT_PRESENT,
                    null,
                    null,
                    parallelism,
                    timers.instant().plusSeconds(3600),
                    0));
        }

        List<String> asked() {
            return engine.calls.stream()
                    .map(call -> call.request.reference().canonical())
                    .toList();
        }

        void fail(int call, FailureReason reason) {
            engine.calls.get(call).fail(reason);
        }

        void passDeadline() {
            timers.advance(Duration.ofHours(1));
        }
    }

    @Test
    void aBoundedNumberRunsAndTheRestWaitsInOrder() {
        fixture.submit("j", "a:1", null);
        fixture.submit("j", "b:1", null);
        fixture.submit("j", "c:1", null);
        fixture.submit("j", "d:1", null);
        assertThat(fixture.asked()).containsExactly("docker.io/library/a:1", "docker.io/library/b:1");
        assertThat(fixture.slots.queued()).isEqualTo(2);
        fixture.fail(0, FailureReason.AUTH);
        assertThat(fixture.asked()).last().isEqualTo("docker.io/library/c:1");
        assertThat(fixture.slots.running()).isEqualTo(2);
    }

    @Test
    void aJobsOwnBoundHoldsBackOnlyThatJob() {
        fixture.submit("j", "a:1", 1);
        fixture.submit("j", "b:1", 1);
        fixture.submit("k", "c:1", 1);
        assertThat(fixture.asked()).containsExactly("docker.io/library/a:1", "docker.io/library/c:1");
    }

    @Test
    void pausesOfJobsThatAreNotHereAreBounded() {
        fixture.submit("j", "a:1", null);
        fixture.slots.pause("j", true);
        for (int i = 0; i < 1_000; i++) {
            fixture.slots.pause("unknown" + i, true);
        }
        assertThat(fixture.slots.pausedJobs()).isEqualTo(PullSlots.MAX_PAUSED_AHEAD + 1);
        fixture.fail(0, FailureReason.AUTH);
        assertThat(fixture.slots.pausedJobs())
                .as("once its last pull has ended")
                .isEqualTo(PullSlots.MAX_PAUSED_AHEAD);
    }

    @Test
    void aPausedJobStartsNoMoreAndGoesOnWhereItStopped() {
        fixture.submit("j", "a:1", null);
        fixture.slots.pause("j", true);
        fixture.submit("j", "b:1", null);
        fixture.submit("k", "c:1", null);
        assertThat(fixture.asked()).containsExactly("docker.io/library/a:1", "docker.io/library/c:1");
        fixture.fail(1, FailureReason.AUTH);
        fixture.slots.pause("j", false);
        assertThat(fixture.asked()).last().isEqualTo("docker.io/library/b:1");
    }

    @Test
    void whatAnotherJobWantsTooStartsAlthoughOneIsPaused() {
        fixture.slots.pause("j", true);
        fixture.submit("j", "a:1", null);
        assertThat(fixture.asked()).isEmpty();
        fixture.submit("k", "a:1", null);
        assertThat(fixture.asked()).containsExactly("docker.io/library/a:1");
    }

    @Test
    void equalPullsOfTwoJobsAreOneCallAndTwoResults() {
        PullSlots.Ticket first = fixture.submit("j", "a:1", null);
        PullSlots.Ticket second = fixture.submit("k", "a:1", null);
        assertThat(fixture.asked()).hasSize(1);
        fixture.fail(0, FailureReason.NOT_FOUND);
        assertThat(first.ended().result()).isInstanceOf(PullEvent.Failed.class);
        assertThat(second.ended().result().origin().job()).isEqualTo("k");
        assertThat(fixture.slots.running()).isZero();
    }

    @Test
    void aCancelledOneThatWaitedNeverStarts() {
        fixture.submit("j", "a:1", null);
        fixture.submit("j", "b:1", null);
        PullSlots.Ticket waiting = fixture.submit("j", "c:1", null);
        waiting.cancel("not wanted");
        assertThat(waiting.ended().result()).isInstanceOf(PullEvent.Cancelled.class);
        assertThat(fixture.slots.queued()).isZero();
        fixture.fail(0, FailureReason.AUTH);
        assertThat(fixture.asked()).hasSize(2);
    }

    @Test
    void theJobsDeadlineEndsWhatWaitsAndWhatRuns() {
        PullSlots.Ticket running = fixture.submit("j", "a:1", null);
        fixture.passDeadline();
        assertThat(running.ended().result())
                .isInstanceOfSatisfying(
                        PullEvent.Failed.class,
                        failed -> assertThat(failed.reason()).isEqualTo(FailureReason.TIMEOUT));
        assertThat(fixture.slots.running()).isZero();
    }
}
