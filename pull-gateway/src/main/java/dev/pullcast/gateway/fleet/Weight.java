// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.fleet;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullJob;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Estimates of the memory that state takes, in bytes of heap: a constant for each object, and its texts. */
public final class Weight {
    static final int JOB = 2_000;
    static final int HEAD = 500;
    static final int IMAGE = 200;
    static final int PULL = 500;
    static final int LAYER = 150;
    static final int WORKER = 1_000;

    /** A canonical reference is longer than what was asked for by this: {@code docker.io/library/} and {@code :latest}. */
    private static final int CANONICAL = 25;

    private static final int TEXT = 56;

    private Weight() {}

    static long of(@Nullable String text) {
        return text == null ? 0 : TEXT + (long) text.length();
    }

    static long of(Map<String, String> labels) {
        long sum = 0;
        for (Map.Entry<String, String> label : labels.entrySet()) {
            sum += TEXT + of(label.getKey()) + of(label.getValue());
        }
        return sum;
    }

    static long of(List<PullEvent.JobPull> images) {
        long sum = 0;
        for (PullEvent.JobPull image : images) {
            sum += IMAGE + of(image.pull()) + of(image.image()) + of(image.platform());
            sum += image.reference().equals(image.image()) ? 0 : of(image.reference());
        }
        return sum;
    }

    /**
     * What a job will take once it is accepted.
     *
     * @param workers that will get a task for it
     */
    public static long of(PullJob job, long workers) {
        long sum = JOB + of(job.labels()) + workers * PULL * job.images().size();
        sum += job.target().workers().stream()
                .mapToLong(worker -> 2 * of(worker))
                .sum();
        for (ImageRequest image : job.images()) {
            sum += IMAGE + 2 * of(image.image()) + CANONICAL;
        }
        return sum;
    }
}
