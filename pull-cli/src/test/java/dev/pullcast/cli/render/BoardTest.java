// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.cli.render.PullLine.Status;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.contract.view.PullView;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class BoardTest {
    private final Board board = new Board();

    @Test
    void thePercentageOfAPullNeverGoesBack() {
        board.accept(Samples.progress("alpine", 60, 60, 100L, 1));
        board.accept(Samples.progress("alpine", 40, 40, 100L, 2));
        assertThat(only().progress().percent()).isEqualTo(60);
        assertThat(only().progress().bytesCurrent()).isEqualTo(40);
    }

    @Test
    void thePercentageOfAllNeverGoesBackWhenMorePullsBecomeKnown() {
        board.accept(Samples.progress("alpine", 60, 60, 100L, 1));
        assertThat(board.overall().percent()).isEqualTo(60);
        board.accept(Samples.queued("nginx"));
        assertThat(board.overall().percent()).isEqualTo(60);
        board.accept(Samples.progress("nginx", 80, 80, 100L, 2));
        assertThat(board.overall().percent()).isEqualTo(70);
    }

    @Test
    void theFirstTerminalEventCounts() {
        board.accept(Samples.succeeded("alpine"));
        board.accept(Samples.failed("alpine"));
        board.accept(Samples.progress("alpine", 1, 1, 100L, 9));
        assertThat(only().status()).isInstanceOf(Status.Succeeded.class);
        assertThat(board.isComplete()).isTrue();
    }

    @Test
    void timeOfASuccessIsThatOfTheEngineNotOfTheQueue() {
        board.accept(Samples.queued("alpine"));
        board.accept(Samples.succeeded("alpine"));
        assertThat(Duration.between(only().startedAt(), only().endedAt())).isEqualTo(Duration.ofMillis(3200));
    }

    @Test
    void anEmptyBoardIsNeitherDoneNorComplete() {
        assertThat(board.isDone()).isFalse();
        assertThat(board.isComplete()).isFalse();
    }

    @Test
    void oneFailureMakesItDoneButNotComplete() {
        board.accept(Samples.skipped("alpine"));
        board.accept(Samples.failed("nope"));
        assertThat(board.isDone()).isTrue();
        assertThat(board.isComplete()).isFalse();
    }

    @Test
    void workersThatSaidNothingYetAreShownFromTheJobsAcceptance() {
        board.accept(new PullEvent.JobAccepted(
                "job-1",
                Samples.START,
                null,
                Map.of(),
                List.of(new PullEvent.JobPull("p", "alpine", "docker.io/library/alpine:latest", null)),
                List.of("east", "west"),
                Samples.START.plusSeconds(3600)));
        assertThat(board.lines()).extracting(line -> line.key().worker()).containsExactly("east", "west");
        assertThat(board.isDone()).isFalse();
    }

    @Nested
    class WhenASnapshotArrives {
        @Test
        void itsPullsAreShown() {
            board.accept(job(PullView.State.RUNNING, 30));
            assertThat(only().status()).isInstanceOf(Status.Running.class);
            assertThat(only().progress().percent()).isEqualTo(30);
        }

        @Test
        void nothingFallsBehindWhatWasShown() {
            board.accept(job(PullView.State.RUNNING, 30));
            board.accept(job(PullView.State.RUNNING, 20));
            assertThat(only().progress().percent()).isEqualTo(30);
            board.accept(job(PullView.State.SUCCEEDED, 100));
            board.accept(job(PullView.State.RUNNING, 50));
            assertThat(only().isPresent()).isTrue();
        }

        private JobView job(PullView.State state, double percent) {
            PullView pull = new PullView(
                    "job-1",
                    "w1",
                    "p",
                    "alpine",
                    "docker.io/library/alpine:latest",
                    null,
                    null,
                    state,
                    1,
                    percent,
                    10,
                    100L,
                    0,
                    1,
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
                    Samples.START);
            return new JobView(
                    "job-1",
                    JobView.State.RUNNING,
                    null,
                    Map.of(),
                    Samples.START,
                    null,
                    null,
                    List.of(),
                    List.of("w1"),
                    percent,
                    10,
                    100L,
                    0,
                    0,
                    0,
                    0,
                    List.of(),
                    null,
                    null,
                    List.of(pull),
                    null);
        }
    }

    private PullLine only() {
        assertThat(board.lines()).hasSize(1);
        return board.lines().getFirst();
    }
}
