// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.contract.settings.Settings;
import dev.pullcast.gateway.tenants.TenantRules;
import java.time.Duration;
import java.util.List;

/**
 * What the coordinator decides by.
 *
 * @param limits of a job record
 * @param maxRecordBytes of what a job may become: a task, or the event that lists its images and workers
 * @param matchGrace how long a job waits for a first worker that its target matches, and for workers that it names
 * @param tasksPerWorker how many tasks of one partition a worker may have open; more wait for their turn
 * @param closeGrace how long workers have, after a cancel or the deadline, to say themselves how their pulls ended
 * @param tenants what each project may do
 * @param maxEnded ids of jobs of one partition that are remembered after their end, so that a repeat is no new job
 */
public record JobRules(
        JobLimits limits,
        int maxRecordBytes,
        int tasksPerWorker,
        Duration matchGrace,
        Duration closeGrace,
        TenantRules tenants,
        int maxEnded) {
    private static final int DEFAULT_MAX_ENDED = 40_000;

    /** With the default rules for projects. */
    public JobRules(
            JobLimits limits, int maxRecordBytes, int tasksPerWorker, Duration matchGrace, Duration closeGrace) {
        this(limits, maxRecordBytes, tasksPerWorker, matchGrace, closeGrace, TenantRules.DEFAULT, DEFAULT_MAX_ENDED);
    }

    /** Default limits, 3 MiB (topics take 4), 64 tasks, 10 s, 10 s. */
    public static final JobRules DEFAULT =
            new JobRules(JobLimits.DEFAULT, 3 * 1024 * 1024, 64, Duration.ofSeconds(10), Duration.ofSeconds(10));

    /** Keys of the limits. */
    public static final List<Settings.Key> KEYS = List.of(
            new Settings.Key(
                    "jobs.max-bytes", "1048576", "bytes of a record of pull.jobs at most; others are rejected"),
            new Settings.Key("jobs.max-depth", "32", "levels of objects and arrays in such a record at most"),
            new Settings.Key("jobs.max-images", "1000", "images in a job at most"),
            new Settings.Key("jobs.max-workers", "10000", "workers that a job may name at most"),
            new Settings.Key("jobs.max-labels", "64", "labels of a job, and of its target, at most"),
            new Settings.Key(
                    "jobs.max-ended",
                    Integer.toString(DEFAULT_MAX_ENDED),
                    "Maximum number of ids of ended jobs that are remembered for each partition; an id that comes again"
                            + " later is a new job"));

    /**
     * The default rules with limits as set; the same at all gateways.
     *
     * @throws Settings.InvalidSetting naming the key that is wrong
     */
    public static JobRules of(Settings settings) {
        JobLimits limits = new JobLimits(
                settings.getInt("jobs.max-bytes", 1024, DEFAULT.maxRecordBytes),
                settings.getInt("jobs.max-depth", 4, 256),
                settings.getInt("jobs.max-images", 1, 10_000),
                settings.getInt("jobs.max-workers", 1, 100_000),
                settings.getInt("jobs.max-labels", 1, 1000));
        return new JobRules(
                limits,
                DEFAULT.maxRecordBytes,
                DEFAULT.tasksPerWorker,
                DEFAULT.matchGrace,
                DEFAULT.closeGrace,
                TenantRules.of(settings),
                settings.getInt("jobs.max-ended", 1000, 100_000_000));
    }
}
