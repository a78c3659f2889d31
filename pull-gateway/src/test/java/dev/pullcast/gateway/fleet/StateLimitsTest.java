// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.contract.view.Snapshot;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a gateway keeps when more comes than it has room for. */
class StateLimitsTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final int IMAGES = 100;

    private final ManualClock clock = new ManualClock();
    private final FleetView fleet = new FleetView(
            new FleetView.Kept(1_000, 1_000_000), new StateLimits(2_000_000, 500_000, 100_000, 1_000), clock);
    private long offset;

    private static PullEvent.JobPull image(int i) {
        String name = "registry.example/" + "x".repeat(200) + i + ":1";
        return new PullEvent.JobPull("pull-" + i, name, name, null);
    }

    private void accept(String id, int images, String... workers) {
        fleet.apply(
                new PullEvent.JobAccepted(
                        id,
                        clock.instant(),
                        "team",
                        Map.of(),
                        IntStream.range(0, images)
                                .mapToObj(StateLimitsTest::image)
                                .toList(),
                        List.of(workers),
                        START.plusSeconds(3600)),
                0,
                offset++);
    }

    private void complete(String id) {
        fleet.apply(
                new PullEvent.JobCompleted(id, clock.instant(), "team", JobResult.UNMATCHED, 0, 0, 0, 0, 0, null),
                0,
                offset++);
    }

    @Test
    void finishedJobsWeighByTheirImagesAsWell() {
        for (int i = 0; i < 200; i++) {
            clock.advance(Duration.ofSeconds(1));
            accept("job-" + i, IMAGES);
            complete("job-" + i);
        }
        Snapshot all = fleet.snapshot(_ -> true, _ -> true);
        assertThat(fleet.job("job-199", _ -> true)).isPresent();
        assertThat(fleet.job("job-0", _ -> true)).isEmpty();
        assertThat(fleet.place("job-0")).as("that it was there is remembered").isPresent();
        assertThat(all.jobs().size()).isBetween(5, 60);
    }

    @Test
    void jobsThatGoOnLoseTheirPullsBeforeTheyAreForgotten() {
        String[] workers = IntStream.range(0, 100).mapToObj(i -> "worker-" + i).toArray(String[]::new);
        accept("huge", IMAGES, workers);
        JobView huge = fleet.job("huge", _ -> true).orElseThrow();
        assertThat(huge.pulls()).isEmpty();
        assertThat(huge.pullsOmitted()).isEqualTo(10_000);
        accept("small", 1, "worker-1");
        assertThat(fleet.job("small", _ -> true).orElseThrow().pulls()).hasSize(1);
        complete("huge");
        assertThat(fleet.job("huge", _ -> true).orElseThrow().result()).isEqualTo(JobResult.UNMATCHED);
    }

    @Test
    void aSnapshotHasABoundAndCountsWhatIsLeftOut() {
        for (int i = 0; i < 20; i++) {
            clock.advance(Duration.ofSeconds(1));
            accept("job-" + i, 20, "w1", "w2");
        }
        Snapshot all = fleet.snapshot(_ -> true, _ -> true);
        assertThat(ContractJson.write(all).length).isLessThan(600_000);
        assertThat(all.jobs().getFirst().id()).as("newest first").isEqualTo("job-19");
        int omitted = all.jobsOmitted() == null ? 0 : all.jobsOmitted();
        assertThat(all.jobs().size() + omitted).isEqualTo(20);
        assertThat(all.jobs()).anySatisfy(job -> assertThat(job.pullsOmitted()).isEqualTo(40));
    }

    @Test
    void jobsThatAreOnlyAskedForAreBoundedToo() {
        for (int i = 0; i < 500; i++) {
            clock.advance(Duration.ofSeconds(1));
            fleet.ask(
                    PullJob.of(
                            "job-" + i,
                            IntStream.range(0, IMAGES)
                                    .mapToObj(n -> ImageRequest.of(image(n).image()))
                                    .toList()),
                    0,
                    clock.instant());
        }
        assertThat(fleet.snapshot(_ -> true, _ -> true).jobs().size()).isLessThan(60);
        assertThat(fleet.job("job-499", _ -> true)).isPresent();
    }

    @Test
    void aJobOfSeveralProjectsCountsForEach() {
        PullJob mixed = PullJob.of(
                "mixed",
                List.of(new ImageRequest("a", null, "alpha", null), new ImageRequest("b", null, "bravo", null)));
        fleet.ask(mixed, 0, START);
        FleetView.Demand demand =
                fleet.demand(PullJob.of("next", List.of(ImageRequest.of("c"))).withProject("alpha"));
        assertThat(demand.loads().get("alpha"))
                .satisfies(load -> assertThat(load.jobs()).isEqualTo(1));
        assertThat(demand.open().jobs()).isEqualTo(1);
        accept("mixed", 1);
        complete("mixed");
        assertThat(fleet.demand(mixed).loads().values()).containsOnly(ProjectLoad.NONE);
    }

    @Test
    void workersWithNewNamesEachHourAreForgottenAfterADayAndBoundedBefore() {
        for (int i = 0; i < 5_000; i++) {
            fleet.applyWorker("pod-" + i, status("pod-" + i), clock.instant());
            clock.advance(Duration.ofSeconds(1));
        }
        assertThat(fleet.workers()).hasSizeBetween(300, 1_000);
        assertThat(fleet.workers().getLast().status().worker()).isEqualTo("pod-4999");
        clock.advance(Duration.ofHours(25));
        fleet.expireWorkers();
        assertThat(fleet.workers()).isEmpty();
    }

    @Test
    void aProgressThatIsNoNumberSpoilsNoSum() {
        accept("job", 1, "w1");
        fleet.apply(
                new PullEvent.Progress(
                        new dev.pullcast.contract.event.PullOrigin(
                                "job",
                                "w1",
                                "pull-0",
                                "i",
                                image(0).image(),
                                image(0).image(),
                                null,
                                "team",
                                1,
                                0,
                                1,
                                START),
                        1,
                        null,
                        Double.POSITIVE_INFINITY,
                        0,
                        0,
                        null,
                        null),
                0,
                offset++);
        assertThat(fleet.job("job", _ -> true).orElseThrow().percent()).isBetween(0.0, 100.0);
    }

    private WorkerStatus status(String id) {
        return new WorkerStatus(
                id, "i", WorkerStatus.State.READY, Map.of(), clock.instant(), clock.instant(), 5, null, 0, 0, "1");
    }
}
