// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.job.PullJob;
import dev.pullcast.gateway.tenants.QuotaMeter;
import dev.pullcast.gateway.tenants.TenantRules;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/**
 * Decides whether the jobs that stand on {@code pull.jobs} are taken: who writes there directly has the same rules and
 * quotas as who asks over HTTP. Shared by the ledgers of one coordinator, and owned by its thread. It knows the open jobs
 * of this coordinator's partitions alone, so that a fleet's bounds are as many times as large as it has coordinators.
 */
final class Admission {
    /** What gateways let in one after the other may come at once, after an outage of Kafka. */
    private static final int BURST = 2;
    /** What all projects together may have open, in bounds of one. */
    private static final int PROJECTS_AT_FULL = 2;
    /** A project that has nothing open gets a job in that takes no more than this part of its bound. */
    private static final int SMALL = 16;

    private final TenantRules rules;
    private final QuotaMeter meter;
    private final LongAdder refused;
    private final Set<OpenJob> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<String, Kept> sets = new HashMap<>();

    private record Kept(Set<String> owners, long bytes) {}

    Admission(TenantRules rules, LongAdder refused) {
        this.rules = rules;
        this.meter = new QuotaMeter(rules.quotas(), BURST);
        this.refused = refused;
    }

    void opened(OpenJob job) {
        open.add(job);
    }

    void closed(OpenJob job) {
        open.remove(job);
    }

    /** A standing set is remembered, with all of its images. */
    void kept(String set, PullJob job) {
        sets.put(set, new Kept(OpenJob.ownersOf(job), OpenJob.weightOf(job)));
    }

    void forgotten(String set) {
        sets.remove(set);
    }

    /** Which of a job's images may not be named, a sentence for each. */
    List<String> notAllowed(PullJob job) {
        return noted(rules.images().refusals(job));
    }

    /**
     * Why there is no room for a job; empty if there is, and then it counts for its projects' minute and day.
     *
     * @param bytes of its record
     * @param counts false for a job of a standing set: the set was counted
     */
    List<String> noRoom(OpenJob job, long bytes, boolean counts, Instant now) {
        List<String> reasons = new ArrayList<>();
        long all = job.weight();
        boolean first = true;
        for (OpenJob other : open) {
            all += other.weight();
            first &= Collections.disjoint(other.owners(), job.owners());
        }
        for (String owner : job.owners()) {
            addIfFull(owner, job, reasons);
        }
        long one = rules.quotas().usual().bytesUnderWay();
        boolean small = first && job.weight() <= one / SMALL;
        if (all > one * PROJECTS_AT_FULL && !small) {
            reasons.add(
                    "value: the open jobs of all projects fill the memory that the coordinator has for them; write it"
                            + " again when some have ended");
        }
        if (reasons.isEmpty() && counts) {
            meter.take(job.owners(), bytes, now).ifPresent(full -> reasons.add("project: " + full.text()));
        }
        return noted(reasons);
    }

    private void addIfFull(String owner, OpenJob job, List<String> reasons) {
        long bytes = job.weight();
        long pulls = job.openPulls();
        for (OpenJob other : open) {
            if (other.owners().contains(owner)) {
                bytes += other.weight();
                pulls += other.openPulls();
            }
        }
        for (Kept set : sets.values()) {
            bytes += set.owners().contains(owner) ? set.bytes() : 0;
        }
        String who = owner.isEmpty() ? "jobs without a project" : "the jobs of project " + owner;
        if (pulls > rules.quotas().pullsAtOnce(owner)) {
            reasons.add("project: " + who + " would have " + pulls + " pulls that have not ended; at most "
                    + rules.quotas().pullsAtOnce(owner) + " are allowed (quota.pulls-at-once)");
        }
        if (bytes > rules.quotas().bytesUnderWay(owner)) {
            reasons.add("project: " + who + " and standing sets would take " + bytes + " bytes; at most "
                    + rules.quotas().bytesUnderWay(owner) + " are allowed (quota.bytes-under-way)");
        }
    }

    private List<String> noted(List<String> reasons) {
        if (!reasons.isEmpty()) {
            refused.increment();
        }
        return reasons;
    }
}
