// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.job;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A value of {@code pull.jobs}. The JSON field {@code kind} tells which; a record without it is a {@link PullJob}. */
public sealed interface JobRecord permits PullJob, CancelJob, PauseJob {
    /** {@code PullJob}, {@code CancelJob} or {@code PauseJob}. */
    @JsonProperty("kind")
    default String kind() {
        return getClass().getSimpleName();
    }

    /** The job's id. */
    String id();
}
