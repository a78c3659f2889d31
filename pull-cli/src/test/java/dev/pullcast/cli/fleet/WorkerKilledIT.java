// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.testkit.Fault;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Workers that end by SIGKILL, in the midst of whatever they do. */
@Tag("fleet")
class WorkerKilledIT {
    private static final int SLOW = 700 * 1024;

    @RegisterExtension
    static final Fleet FLEET = new Fleet();

    /** When a worker is killed: as soon as this stands in the topic. */
    enum Moment {
        QUEUED,
        STARTED,
        DOWNLOADING,
        ONE_IS_DONE,
        ALL_ARE_DONE;

        boolean hasCome(PullEvent event) {
            return switch (this) {
                case QUEUED -> event instanceof PullEvent.Queued;
                case STARTED -> event instanceof PullEvent.Started;
                case DOWNLOADING -> isUnderWay(event);
                case ONE_IS_DONE -> event instanceof PullEvent.Succeeded;
                case ALL_ARE_DONE -> event instanceof PullEvent.JobCompleted;
            };
        }
    }

    private static boolean isUnderWay(PullEvent event) {
        return event instanceof PullEvent.Layer layer
                && layer.phase() == LayerPhase.DOWNLOADING
                && layer.current() != null
                && layer.current() > 0;
    }

    @AfterEach
    void heal() {
        FLEET.registry().heal();
        Fleet.WORKERS.stream()
                .map(FLEET::worker)
                .filter(worker -> !worker.isAlive())
                .forEach(Service::start);
    }

    @Test
    void midLayerItTakesUpWhatWasOpenAndFetchesNothingAgainThatTheEngineKept() {
        String[] base = {"--base-layers", "1", "--base-seed", "kept"};
        String quick = FLEET.seed(
                "killed/quick:1",
                "--layers",
                "2",
                "--size",
                "700K,500K",
                "--seed",
                "quick",
                base[0],
                base[1],
                base[2],
                base[3]);
        String slow = FLEET.seed(
                "killed/slow:1",
                "--layers",
                "2",
                "--size",
                "700K,3M",
                "--seed",
                "slow",
                base[0],
                base[1],
                base[2],
                base[3]);
        Fleet.Layer shared = FLEET.layers("killed/quick:1").getFirst();
        Fleet.Layer own = FLEET.layers("killed/quick:1").getLast();
        Fleet.Layer cut = FLEET.layers("killed/slow:1").getLast();
        assertThat(FLEET.layers("killed/slow:1").getFirst()).isEqualTo(shared);
        FLEET.registry().when(cut.digest(), new Fault.Slow(SLOW), 1);
        PullJob job = Fleet.job(Fleet.named("w1"), quick, slow);
        FLEET.post(1, job);
        FLEET.awaitEvent(job, "the end of the quick image", PullEvent.Succeeded.class::isInstance);
        FLEET.awaitEvent(
                job,
                "the last layer under way",
                event -> isUnderWay(event) && ((PullEvent.Layer) event).layer().equals(cut.shortName()));

        FLEET.worker("w1").kill();
        // The engine gives up what nobody waits for any more.
        Awaitility.await().until(() -> FLEET.fetches(cut) == 1);
        assertThat(FLEET.registry().layerRequests())
                .filteredOn(request -> request.path().endsWith(cut.digest()))
                .allSatisfy(request -> assertThat(request.sent()).isLessThan(cut.size()));
        FLEET.worker("w1").start();
        FLEET.awaitEnd(List.of(job));

        Reckoning.of("a worker killed mid-layer", FLEET, Map.of(job, List.of("w1")));
        assertThat(FLEET.fetches(own)).as("a layer of an image that was done").isEqualTo(1);
        assertThat(FLEET.fetches(shared)).as("a layer that it shares").isEqualTo(1);
        assertThat(FLEET.fetches(cut)).as("the layer that was cut").isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void atAnyMomentEveryImageHasOneResultAfterItsRestart(Moment moment) {
        String name = "moment/" + moment.name().toLowerCase(Locale.ROOT).replace('_', '-');
        String small = FLEET.seed(name + "-small:1", "--layers", "1", "--size", "300K", "--seed", name + "s");
        String large = FLEET.seed(name + "-large:1", "--layers", "1", "--size", "1M", "--seed", name + "l");
        FLEET.registry().when(FLEET.layers(name + "-large:1").getFirst().digest(), new Fault.Slow(SLOW), 9);
        Map<PullJob, List<String>> jobs = new LinkedHashMap<>();
        for (int i = 0; i < 3; i++) {
            jobs.put(Fleet.job(Fleet.named("w2"), small, large), List.of("w2"));
        }
        jobs.keySet().forEach(job -> FLEET.write(job, Math.floorMod(job.hashCode(), Fleet.PARTITIONS)));
        FLEET.awaitEvent(jobs.keySet().iterator().next(), moment.name(), moment::hasCome);

        FLEET.worker("w2").killAndStart();
        FLEET.awaitEnd(jobs.keySet());

        Reckoning.of("a worker killed when " + moment, FLEET, jobs);
        assertThat(FLEET.fetches(FLEET.layers(name + "-large:1").getFirst())).isLessThanOrEqualTo(2);
    }

    @Test
    void forGoodOneOfAnyIsReplacedByAnotherWhenItsHeartbeatExpires() {
        String image = FLEET.seed("replaced/app:1", "--layers", "1", "--size", "3M", "--seed", "replaced");
        FLEET.registry().when(FLEET.layers("replaced/app:1").getFirst().digest(), new Fault.Slow(SLOW), 1);
        PullJob job = Fleet.job(new Target(Target.Mode.ANY, List.of(), Map.of()), image);
        FLEET.post(2, job);
        FLEET.awaitEvent(job, "a layer under way", WorkerKilledIT::isUnderWay);
        String first = FLEET.tail().tasks(List.of(job.id())).getFirst().worker();

        FLEET.worker(first).kill();
        FLEET.awaitEnd(List.of(job));

        List<TaskRecord.OfWorker> tasks = FLEET.tail().tasks(List.of(job.id()));
        assertThat(tasks)
                .extracting(task -> task.kind() + ' ' + task.worker())
                .hasSize(3)
                .startsWith("PullTask " + first)
                .contains("CancelTask " + first);
        List<Tail.Seen> results = FLEET.tail().results(List.of(job.id()));
        assertThat(results).extracting(seen -> seen.event().type()).containsExactly("pull.succeeded", "job.completed");
        // What the first one fetched counts if it was more than the beginning.
        assertThat(FLEET.fetches(FLEET.layers("replaced/app:1").getFirst())).isBetween(1L, 2L);
    }
}
