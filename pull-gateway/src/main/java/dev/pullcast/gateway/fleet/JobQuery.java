// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.fleet;

import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.view.JobView;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs somebody wants to see. An empty set or map wants all.
 *
 * @param states where they are
 * @param results how they ended
 * @param labels that they have, all of them
 * @param about what they are about: project, workers, images
 * @param after only those behind this one; null for the newest
 * @param limit how many at most, at least one
 */
public record JobQuery(
        Set<JobView.State> states,
        Set<JobResult> results,
        Map<String, String> labels,
        Predicate<Subject> about,
        @Nullable JobMark after,
        int limit) {
    /** Settles the collections. */
    public JobQuery {
        states = Set.copyOf(states);
        results = Set.copyOf(results);
        labels = Map.copyOf(labels);
    }

    /**
     * Some of the jobs, newest first, without their pulls.
     *
     * @param next where the others begin; null if there are none
     */
    public record Page(List<JobView> jobs, @Nullable JobMark next) {}

    boolean wants(JobState job) {
        return (states.isEmpty() || states.contains(job.state()))
                && (results.isEmpty() || (job.result() != null && results.contains(job.result())))
                && job.labels().entrySet().containsAll(labels.entrySet())
                && (after == null || job.mark().compareTo(after) < 0)
                && about.test(job.subject());
    }
}
