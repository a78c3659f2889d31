// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pullcast.contract.event.EventIds;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullId;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.TaskRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * What jobs came to, counted from outside.
 *
 * @param jobs in
 * @param results out, each counted once by its event id
 * @param duplicates further records of results with an id that was there already
 * @param fetched layers that the registry was asked for so far, by whichever job
 */
record Reckoning(int jobs, int results, int duplicates, int fetched) {
    /**
     * Holds what happened against what had to: each job stands there once, each of its workers got its task once, every
     * image on every worker has one result with the id that it must have, however often that was said, each job has one
     * end, and all went well.
     *
     * @param workers that had to do each job
     */
    static Reckoning of(String what, Fleet fleet, Map<PullJob, ? extends Collection<String>> workers) {
        List<String> jobs = workers.keySet().stream().map(PullJob::id).toList();
        Tail tail = fleet.tail();
        assertThat(tail.jobs().stream().filter(jobs::contains).toList())
                .as("jobs in")
                .containsExactlyInAnyOrderElementsOf(jobs);
        List<String> tasks = new ArrayList<>();
        List<String> results = new ArrayList<>();
        workers.forEach((job, all) -> all.forEach(worker -> {
            tasks.add(job.id() + ' ' + worker);
            job.images().forEach(image -> results.add(resultId(job, worker, image)));
        }));
        assertThat(tail.tasks(jobs).stream()
                        .filter(TaskRecord.PullTask.class::isInstance)
                        .map(task -> task.job() + ' ' + task.worker()))
                .as("tasks, none twice and none for anybody else")
                .containsExactlyInAnyOrderElementsOf(tasks);

        List<Tail.Seen> said = tail.results(jobs).stream()
                .filter(seen -> seen.event() instanceof PullEvent.OfPull)
                .toList();
        assertThat(said.stream().map(seen -> seen.event().id()).distinct())
                .as("results, by event id")
                .containsExactlyInAnyOrderElementsOf(results);
        assertThat(said)
                .as("how pulls ended")
                .allSatisfy(seen ->
                        assertThat(seen.event()).isInstanceOfAny(PullEvent.Succeeded.class, PullEvent.Skipped.class));
        assertThat(endsIn(tail.events(jobs))).as("ends in events").containsExactlyInAnyOrderElementsOf(ends(jobs));
        assertThat(endsIn(tail.results(jobs))).as("ends in results").containsExactlyInAnyOrderElementsOf(ends(jobs));

        Reckoning reckoning = new Reckoning(
                jobs.size(),
                results.size(),
                said.size() - results.size(),
                fleet.registry().layerRequests().size());
        System.out.printf(
                "fleet: %s: jobs in %d, results out %d, duplicates by event id %d, layers fetched so far %d%n",
                what, reckoning.jobs(), reckoning.results(), reckoning.duplicates(), reckoning.fetched());
        return reckoning;
    }

    private static String resultId(PullJob job, String worker, ImageRequest image) {
        String pull = PullId.of(ImageReference.parse(image.image()).canonical(), image.platform());
        return EventIds.encode(job.id()) + '/' + EventIds.encode(worker) + '/' + EventIds.encode(pull) + "/terminal";
    }

    private static List<String> ends(Collection<String> jobs) {
        return jobs.stream().map(job -> EventIds.ofJob(job, "completed")).toList();
    }

    private static List<String> endsIn(List<Tail.Seen> seen) {
        return seen.stream()
                .map(Tail.Seen::event)
                .filter(PullEvent.JobCompleted.class::isInstance)
                .map(PullEvent::id)
                .toList();
    }

    /**
     * Holds what a follower saw, once it has seen the rest of it, against the topic: every event of these jobs once, those
     * of a job in order.
     */
    static void sawAll(Follower follower, Fleet fleet, Collection<PullJob> jobs) {
        for (PullJob job : jobs) {
            List<String> one = List.of(job.id());
            await("a follower has all events of " + one)
                    .atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(follower.events(one))
                            .containsExactlyElementsOf(fleet.tail().events(one).stream()
                                    .map(Tail.Seen::value)
                                    .toList()));
        }
        assertThat(follower.told()).as("what a follower was told beside events").isEmpty();
    }
}
