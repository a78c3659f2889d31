// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.job.LabelSelector;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.job.TaskRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Jobs for all, for some and for any of the workers, while nothing fails. */
@Tag("fleet")
class JobsOnAFleetIT {
    private static final int JOBS = 12;

    @RegisterExtension
    static final Fleet FLEET = new Fleet();

    @Test
    void jobsForAllAreDoneOnceByEveryWorkerAndEachLayerIsFetchedOnceByEachEngine() {
        String[] base = {"--base-layers", "1", "--base-seed", "of-all"};
        Map<PullJob, List<String>> jobs = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            names.add("all/app:" + i);
            FLEET.seed(
                    names.getLast(),
                    "--layers",
                    "2",
                    "--size",
                    "600K,400K",
                    "--seed",
                    "all" + i,
                    base[0],
                    base[1],
                    base[2],
                    base[3]);
        }
        for (int i = 0; i < JOBS; i++) {
            String image = FLEET.registry().image(names.get(i % names.size()));
            String other = FLEET.registry().image(names.get((i + 1) % names.size()));
            PullJob job = Fleet.job(Target.EVERYBODY, image, other);
            jobs.put(job, Fleet.WORKERS);
            if (i % 2 == 0) {
                FLEET.post(1 + i / 2 % 2, job);
            } else {
                FLEET.write(job, i);
            }
        }
        FLEET.awaitEnd(jobs.keySet());

        assertThat(Reckoning.of("jobs for all", FLEET, jobs).duplicates()).isZero();
        names.stream()
                .flatMap(name -> FLEET.layers(name).stream())
                .distinct()
                .forEach(layer -> assertThat(FLEET.fetches(layer))
                        .as("fetches of %s", layer)
                        .isEqualTo(Fleet.WORKERS.size()));
        names.forEach(name -> Fleet.WORKERS.forEach(
                worker -> assertThat(FLEET.engine(worker).has(FLEET.registry().image(name)))
                        .isTrue()));
    }

    @Test
    void jobsForLabelsAreDoneByThoseWhoHaveThemAndByNobodyElse() {
        String image = FLEET.seed("labels/app:1", "--layers", "1", "--size", "300K", "--seed", "labels");
        Map<PullJob, List<String>> jobs = new LinkedHashMap<>();
        jobs.put(Fleet.job(new Target(Target.Mode.ALL, List.of(), Map.of("zone", "a")), image), List.of("w1", "w2"));
        jobs.put(
                Fleet.job(
                        new Target(
                                Target.Mode.ALL,
                                List.of(),
                                Map.of(),
                                LabelSelector.parse("disk in (ssd), zone notin (c)")),
                        image),
                List.of("w1", "w3"));
        jobs.put(
                Fleet.job(new Target(Target.Mode.ALL, List.of("w2", "w3"), Map.of("disk", "hdd")), image),
                List.of("w2"));
        jobs.put(Fleet.job(Fleet.named("w3"), image), List.of("w3"));
        jobs.keySet().forEach(job -> FLEET.post(2, job));
        FLEET.awaitEnd(jobs.keySet());

        // Of the third one, w3 was named but lacks the label: that is told, and it had no task.
        assertThat(Reckoning.of("jobs for labels", FLEET, jobs).duplicates()).isZero();
        FLEET.layers("labels/app:1")
                .forEach(layer -> assertThat(FLEET.fetches(layer)).isEqualTo(Fleet.WORKERS.size()));
    }

    @Test
    void aJobForAnyIsDoneByOneAndManySpreadOverAll() {
        String image = FLEET.seed("any/app:1", "--layers", "1", "--size", "300K", "--seed", "any");
        Map<PullJob, List<String>> jobs = new LinkedHashMap<>();
        for (int i = 0; i < JOBS; i++) {
            PullJob job = Fleet.job(new Target(Target.Mode.ANY, List.of(), Map.of()), image);
            jobs.put(job, List.of());
            FLEET.write(job, i);
        }
        FLEET.awaitEnd(jobs.keySet());
        List<TaskRecord.OfWorker> tasks =
                FLEET.tail().tasks(jobs.keySet().stream().map(PullJob::id).toList());
        jobs.replaceAll((job, _) -> tasks.stream()
                .filter(task -> task.job().equals(job.id()))
                .map(TaskRecord.OfWorker::worker)
                .toList());

        assertThat(jobs.values()).allSatisfy(chosen -> assertThat(chosen).hasSize(1));
        assertThat(jobs.values().stream().flatMap(List::stream).distinct()).hasSizeGreaterThan(1);
        assertThat(Reckoning.of("jobs for any", FLEET, jobs).duplicates()).isZero();
    }
}
