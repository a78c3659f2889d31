// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.codec.JobLimits;
import java.time.Duration;

/**
 * What the coordinator decides by.
 *
 * @param limits of a job record
 * @param maxRecordBytes of what a job may become: a task, or the event that lists its images and workers
 * @param matchGrace how long a job waits for a first worker that its target matches, and for workers that it names
 * @param tasksPerWorker how many tasks of one partition a worker may have open; more wait for their turn
 * @param closeGrace how long workers have, after a cancel or the deadline, to say themselves how their pulls ended
 */
public record JobRules(
        JobLimits limits, int maxRecordBytes, int tasksPerWorker, Duration matchGrace, Duration closeGrace) {
    /** Default limits, 3 MiB (topics take 4), 64 tasks, 10 s, 10 s. */
    public static final JobRules DEFAULT =
            new JobRules(JobLimits.DEFAULT, 3 * 1024 * 1024, 64, Duration.ofSeconds(10), Duration.ofSeconds(10));
}
