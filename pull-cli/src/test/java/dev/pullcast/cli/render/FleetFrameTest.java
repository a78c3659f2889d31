// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.view.Snapshot;
import dev.pullcast.contract.view.WorkerView;
import dev.pullcast.contract.worker.WorkerStatus;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FleetFrameTest {
    private static final String LONG_ID = "018f6f2c-7f1e-7cc3-98c4-dc0c0c07398f";

    @Test
    void at100ColumnsJobsHaveBarsAndTheirOpenPullsBelow() {
        assertThat(frame(100, 24)).isEqualTo("""
                        1 worker, 1 gone, 2 jobs running
                        job-3   0% ........................ 0 of 1 pulls
                          redis      queued
                        018f6f2c-7f1e-7cc3-98c4-dc0c0c07398f  16% ===..................... 1 of 3 pulls, 1 failed
                          east alpine ====================....................  50%  0.50/1.00 kB 5.20 MB/s  ETA 1:15
                          west alpine queued
                        + job-1 succeeded, 1 of 1 pulls""");
    }

    @Test
    void at40ColumnsAJobIsItsEndAndACount() {
        assertThat(frame(40, 24)).isEqualTo("""
                        1 worker, 1 gone, 2 jobs running
                        job-3   0% 0 of 1 pulls
                          redis      queued
                        ~dc0c0c07398f  16% 1 of 3 pulls, 1 fail~
                          east alpine ==========...........  50%
                          west alpine queued
                        + job-1 succeeded, 1 of 1 pulls""");
    }

    @ParameterizedTest
    @CsvSource({"20,24", "40,5", "77,24", "78,8", "100,3", "200,60"})
    void nothingIsWiderOrHigherThanTheTerminal(int width, int height) {
        List<String> lines = FleetFrame.of(
                fleet(), new Screen(new Size(width, height), Look.PLAIN, true), Samples.START.plusSeconds(3));
        assertThat(lines)
                .hasSizeLessThan(height)
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(width));
    }

    @Test
    void aSnapshotBeginsAnew() {
        Fleet fleet = fleet();
        fleet.accept(new Snapshot(Samples.START, List.of(), List.of(worker("north", true))));
        assertThat(fleet.jobs()).isEmpty();
        assertThat(fleet.workers()).hasSize(1);
    }

    @Test
    void whatHasEndedIsForgottenInTheEnd() {
        Fleet fleet = new Fleet();
        for (int i = 0; i < 200; i++) {
            fleet.accept(completed("job-" + i));
        }
        assertThat(fleet.jobs()).hasSize(50).first().extracting(Fleet.Job::id).isEqualTo("job-199");
    }

    private static String frame(int width, int height) {
        return String.join(
                "\n",
                FleetFrame.of(
                        fleet(), new Screen(new Size(width, height), Look.PLAIN, false), Samples.START.plusSeconds(3)));
    }

    private static Fleet fleet() {
        Fleet fleet = new Fleet();
        fleet.accept(worker("east", true));
        fleet.accept(worker("west", false));
        fleet.accept(new PullEvent.Skipped(origin("job-1", "east", "busybox", 1), null));
        fleet.accept(completed("job-1"));
        fleet.accept(new PullEvent.Queued(origin(LONG_ID, "east", "alpine", 1)));
        fleet.accept(new PullEvent.Queued(origin(LONG_ID, "west", "alpine", 1)));
        fleet.accept(
                new PullEvent.Progress(origin(LONG_ID, "east", "alpine", 2), 500, 1_000L, 50, 1, 2, 5_200_000L, 75L));
        fleet.accept(new PullEvent.Failed(
                origin(LONG_ID, "east", "nope", 1), FailureReason.NOT_FOUND, false, 1, "not found", "hint"));
        fleet.accept(new PullEvent.Queued(origin("job-3", "east", "redis", 1)));
        return fleet;
    }

    private static PullEvent.JobCompleted completed(String job) {
        return new PullEvent.JobCompleted(job, Samples.START, null, JobResult.SUCCEEDED, 1, 1, 0, 0, 0, null);
    }

    private static WorkerView worker(String id, boolean live) {
        return new WorkerView(
                new WorkerStatus(
                        id,
                        "1",
                        WorkerStatus.State.READY,
                        Map.of(),
                        Samples.START,
                        Samples.START,
                        5,
                        null,
                        0,
                        0,
                        "0.1.0"),
                live);
    }

    private static PullOrigin origin(String job, String worker, String image, long seq) {
        return new PullOrigin(job, worker, "pull-" + image, "1", image, image, null, null, 1, 0, seq, Samples.START);
    }
}
