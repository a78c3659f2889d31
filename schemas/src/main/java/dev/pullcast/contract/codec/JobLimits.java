// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.codec;

/**
 * How large a record of {@code pull.jobs} may be.
 *
 * @param maxBytes of its JSON
 * @param maxDepth of nested objects and arrays
 * @param maxImages in a job
 * @param maxWorkers named in a target
 * @param maxLabels of a job, and of a target
 */
public record JobLimits(int maxBytes, int maxDepth, int maxImages, int maxWorkers, int maxLabels) {
    /** 1 MiB, 32 levels, 1000 images, 10 000 workers, 64 labels. */
    public static final JobLimits DEFAULT = new JobLimits(1024 * 1024, 32, 1000, 10_000, 64);
}
