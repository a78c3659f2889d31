// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.gateway.tenants.TenantRules;

/**
 * What clients may ask for at most; beyond it they are told so.
 *
 * @param jobs what the coordinator would reject
 * @param maxBodyBytes of a request
 * @param maxImages in a job
 * @param maxJobs of one project that have not ended
 * @param maxStreamsPerAddress open at once from one client address; 0 for no bound of its own
 * @param stateBytes memory for the jobs of all projects that have not ended
 * @param tenants rules for each project
 */
public record RequestLimits(
        JobLimits jobs,
        int maxBodyBytes,
        int maxImages,
        int maxJobs,
        int maxStreamsPerAddress,
        long stateBytes,
        TenantRules tenants) {
    JobLimits ofJobs() {
        return new JobLimits(
                Math.min(maxBodyBytes, jobs.maxBytes()),
                jobs.maxDepth(),
                Math.min(maxImages, jobs.maxImages()),
                jobs.maxWorkers(),
                jobs.maxLabels());
    }
}
