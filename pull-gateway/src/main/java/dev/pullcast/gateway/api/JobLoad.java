// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.gateway.fleet.FleetView.Demand;
import dev.pullcast.gateway.fleet.ProjectLoad;
import dev.pullcast.gateway.tenants.TenantRules;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Decides whether there is room for a job beside those that have not ended, by project and in all. Counts jobs on their
 * way into Kafka that the feed has not read yet, too: without them, requests that come at the same moment would all find
 * room. Shared by the event loops of a process.
 */
final class JobLoad {
    /** A project that has nothing under way gets a job in that takes no more than this part of the memory. */
    private static final int SMALL = 64;

    private final int maxJobs;
    private final long stateBytes;
    private final TenantRules rules;
    private final Map<String, ProjectLoad> entering = new HashMap<>();
    private ProjectLoad enteringAll = ProjectLoad.NONE;

    /**
     * With nothing on its way.
     *
     * @param maxJobs of one project that have not ended
     * @param stateBytes memory for all jobs
     */
    JobLoad(int maxJobs, long stateBytes, TenantRules rules) {
        this.maxJobs = maxJobs;
        this.stateBytes = stateBytes;
        this.rules = rules;
    }

    /** Why a job is not let in, as a sentence for its sender; empty if it is: then it must {@link #leave}. */
    synchronized Optional<Refusal> enter(Demand demand) {
        ProjectLoad one = new ProjectLoad(1, demand.bytes(), demand.pulls());
        for (Map.Entry<String, ProjectLoad> owner : demand.loads().entrySet()) {
            String project = owner.getKey();
            ProjectLoad before = owner.getValue().plus(entering.getOrDefault(project, ProjectLoad.NONE));
            Optional<Refusal> refusal = refusal(project, before, one);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        long all = demand.open().bytes() + enteringAll.bytes() + one.bytes();
        boolean small = one.bytes() <= stateBytes / SMALL
                && demand.loads().values().stream().allMatch(load -> load.jobs() == 0)
                && demand.loads().keySet().stream().noneMatch(entering::containsKey);
        if (all > stateBytes && !small) {
            return Optional.of(new Refusal(
                    "state-bytes",
                    "The jobs of all projects that have not ended fill the memory that this gateway has for them"
                            + " (gateway.state-bytes); try again when some have ended."));
        }
        demand.loads().keySet().forEach(project -> entering.merge(project, one, ProjectLoad::plus));
        enteringAll = enteringAll.plus(one);
        return Optional.empty();
    }

    /**
     * Why there is no room.
     *
     * @param quota short name of the bound, for metrics
     * @param text a sentence for the sender
     */
    record Refusal(String quota, String text) {}

    private Optional<Refusal> refusal(String project, ProjectLoad before, ProjectLoad one) {
        if (before.jobs() >= maxJobs) {
            return Optional.of(new Refusal(
                    "jobs",
                    name(project) + before.jobs() + " jobs that have not ended, and may have no more than " + maxJobs
                            + " at once (gateway.max-jobs); try again when one has."));
        }
        long maxPulls = rules.quotas().pullsAtOnce(project);
        if (before.pulls() + one.pulls() > maxPulls) {
            return Optional.of(new Refusal(
                    "pulls-at-once",
                    name(project) + before.pulls() + " pulls that have not ended; this job has about " + one.pulls()
                            + ", and no more than " + maxPulls
                            + " may be there at once (quota.pulls-at-once); try again when some have ended."));
        }
        long maxBytes = rules.quotas().bytesUnderWay(project);
        if (before.bytes() + one.bytes() > maxBytes) {
            return Optional.of(new Refusal(
                    "bytes-under-way",
                    name(project) + "jobs of about " + before.bytes()
                            + " bytes that have not ended; this one takes about "
                            + one.bytes() + ", and all together may take no more than " + maxBytes
                            + " (quota.bytes-under-way); try again when some have ended, or with fewer images."));
        }
        return Optional.empty();
    }

    private static String name(String project) {
        return project.isEmpty() ? "Jobs without a project: there are " : "The project " + project + " has ";
    }

    /** The job is in Kafka and was read, or did not get there. */
    synchronized void leave(Demand demand) {
        ProjectLoad one = new ProjectLoad(1, demand.bytes(), demand.pulls());
        enteringAll = enteringAll.minus(one);
        demand.loads()
                .keySet()
                .forEach(project ->
                        entering.computeIfPresent(project, (_, now) -> now.jobs() == 1 ? null : now.minus(one)));
    }
}
