// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventIdsTest {
    private static PullOrigin origin(String worker, String incarnation, long seq) {
        return new PullOrigin(
                "job-1",
                worker,
                "pull-1",
                incarnation,
                "a",
                "docker.io/library/a:latest",
                null,
                null,
                1,
                0,
                seq,
                Instant.EPOCH);
    }

    @Test
    void ofATerminalEventAreTheSameInEveryIncarnation() {
        PullEvent first = new PullEvent.Skipped(origin("w", "run-1", 3), null);
        PullEvent repeated = new PullEvent.Cancelled(origin("w", "run-2", 9), "x");
        assertThat(first.id()).isEqualTo("job-1/w/pull-1/terminal").isEqualTo(repeated.id());
    }

    @Test
    void ofAPassingEventNameIncarnationAndNumber() {
        assertThat(new PullEvent.Queued(origin("w", "run-1", 1)).id()).isEqualTo("job-1/w/pull-1/run-1/1");
        assertThat(new PullEvent.Started(origin("w", "run-2", 1)).id()).isEqualTo("job-1/w/pull-1/run-2/1");
    }

    @Test
    void ofAJobsEventNameTheKind() {
        PullEvent completed =
                new PullEvent.JobCompleted("a/b", Instant.EPOCH, null, JobResult.SUCCEEDED, 1, 1, 0, 0, 0, null);
        assertThat(completed.id()).isEqualTo("a%2Fb/completed");
    }

    @ParameterizedTest
    @CsvSource({"node-1.example_x, node-1.example_x", "a/b, a%2Fb", "a b*~+%, a%20b%2A~%2B%25", "é, %C3%A9"})
    void percentEncodeTheirParts(String part, String encoded) {
        String expected = encoded.replace("~", "%7E");
        assertThat(EventIds.encode(part)).isEqualTo(expected);
        assertThat(new PullEvent.Queued(origin(part, "r", 1)).id()).isEqualTo("job-1/" + expected + "/pull-1/r/1");
    }

    @Test
    void phasesAreInTheOrderOfTime() {
        assertThat(LayerPhase.values())
                .containsExactly(
                        LayerPhase.WAITING,
                        LayerPhase.DOWNLOADING,
                        LayerPhase.VERIFYING,
                        LayerPhase.DOWNLOADED,
                        LayerPhase.EXTRACTING,
                        LayerPhase.COMPLETE,
                        LayerPhase.CACHED);
        Map<LayerPhase, Boolean> ends = Map.of(
                LayerPhase.WAITING,
                false,
                LayerPhase.EXTRACTING,
                false,
                LayerPhase.COMPLETE,
                true,
                LayerPhase.CACHED,
                true);
        ends.forEach((phase, end) -> assertThat(phase.isFinal()).isEqualTo(end));
        assertThat(LayerPhase.DOWNLOADING.hasAllBytes()).isFalse();
        assertThat(LayerPhase.VERIFYING.hasAllBytes()).isTrue();
    }
}
