// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a new subscriber needs before live events; the {@code snapshot} SSE event.
 *
 * @param time when it was taken, UTC
 * @param jobs with their pulls, newest first
 * @param workers sorted by id
 * @param jobsOmitted how many more jobs there are than there was room for; null for none
 * @param workersOmitted how many more workers; null for none
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record Snapshot(
        Instant time,
        List<JobView> jobs,
        List<WorkerView> workers,
        @Nullable Integer jobsOmitted,
        @Nullable Integer workersOmitted) {
    /** A whole one. */
    public Snapshot(Instant time, List<JobView> jobs, List<WorkerView> workers) {
        this(time, jobs, workers, null, null);
    }
}
