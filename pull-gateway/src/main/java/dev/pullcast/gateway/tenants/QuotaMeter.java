// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.tenants;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Counts jobs per minute and bytes per day of each project, as buckets that fill evenly: a project that was quiet may use
 * its whole minute, or day, at once. Of projects without own quotas that are many and busy, those beyond {@link
 * #MAX_PROJECTS} share one bucket, so that made-up names neither fill the memory nor get round the quota. Safe from any
 * thread.
 */
public final class QuotaMeter {
    private static final int MAX_PROJECTS = 10_000;
    private static final String OTHERS = "*";
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration DAY = Duration.ofDays(1);

    private final Quotas quotas;
    private final int burst;
    private final Map<String, Used> projects = new HashMap<>();

    /**
     * Why a job is refused.
     *
     * @param quota short name of the bound, for metrics
     * @param text a sentence for the sender
     * @param retryAfter when there is room for it
     */
    public record Refusal(String quota, String text, Duration retryAfter) {}

    /** What is missing from full buckets, at a moment. */
    private static final class Used {
        double jobs;
        double bytes;
        Instant at;

        Used(Instant at) {
            this.at = at;
        }

        void refill(Quotas.Quota quota, Instant now) {
            double seconds = Math.max(0, Duration.between(at, now).toMillis() / 1000.0);
            jobs = Math.max(0, jobs - seconds * quota.jobsPerMinute() / MINUTE.toSeconds());
            bytes = Math.max(0, bytes - seconds * quota.bytesPerDay() / DAY.toSeconds());
            at = now.isAfter(at) ? now : at;
        }

        boolean isFull() {
            return jobs == 0 && bytes == 0;
        }
    }

    /**
     * With nothing counted.
     *
     * @param burst how many minutes' jobs, and days' bytes, a project that was quiet may use at once
     */
    public QuotaMeter(Quotas quotas, int burst) {
        this.quotas = quotas;
        this.burst = burst;
    }

    /**
     * Counts a job for each of its projects; where one of them has no room, for none.
     *
     * @param owners its projects; {@code ""} for none
     * @param bytes of its record
     */
    public synchronized Optional<Refusal> take(Collection<String> owners, long bytes, Instant now) {
        List<Used> all = new ArrayList<>();
        for (String owner : owners) {
            Quotas.Quota quota = quotas.of(owner);
            Used used = used(owner, now);
            used.refill(quota, now);
            Optional<Refusal> refusal = refusal(owner, quota, used, bytes);
            if (refusal.isPresent()) {
                return refusal;
            }
            all.add(used);
        }
        for (Used used : all) {
            used.jobs++;
            used.bytes += bytes;
        }
        return Optional.empty();
    }

    private Optional<Refusal> refusal(String owner, Quotas.Quota quota, Used used, long bytes) {
        String who = owner.isEmpty() ? "Jobs without a project have" : "The project " + owner + " has";
        if (used.jobs + 1 > (double) quota.jobsPerMinute() * burst) {
            return Optional.of(new Refusal(
                    "jobs-per-minute",
                    who + " used up " + quota.jobsPerMinute() + " jobs per minute (quota.jobs-per-minute).",
                    until(used.jobs + 1 - (double) quota.jobsPerMinute() * burst, quota.jobsPerMinute(), MINUTE)));
        }
        if (used.bytes + bytes > (double) quota.bytesPerDay() * burst) {
            return Optional.of(new Refusal(
                    "bytes-per-day",
                    who + " used up " + quota.bytesPerDay()
                            + " bytes of job records per day (quota.bytes-per-day): this one has " + bytes + ".",
                    until(used.bytes + bytes - (double) quota.bytesPerDay() * burst, quota.bytesPerDay(), DAY)));
        }
        return Optional.empty();
    }

    private static Duration until(double missing, long quota, Duration period) {
        double seconds = Math.ceil(missing * period.toSeconds() / quota);
        return Duration.ofSeconds((long) Math.clamp(seconds, 1, (double) period.toSeconds()));
    }

    private Used used(String owner, Instant now) {
        Used known = projects.get(owner);
        if (known != null) {
            return known;
        }
        if (projects.size() >= MAX_PROJECTS) {
            projects.entrySet().removeIf(entry -> {
                entry.getValue().refill(quotas.of(entry.getKey()), now);
                return entry.getValue().isFull();
            });
        }
        String name = projects.size() >= MAX_PROJECTS ? OTHERS : owner;
        return projects.computeIfAbsent(name, _ -> new Used(now));
    }
}
