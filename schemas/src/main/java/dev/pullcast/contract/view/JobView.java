// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.event.PullEvent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where one job is.
 *
 * @param state pending until the coordinator has accepted or rejected it
 * @param createdAt when it was first seen, UTC
 * @param completedAt null until it is
 * @param result null until completed
 * @param images its images; before acceptance empty
 * @param workers that have a task for it or will get one, sorted
 * @param percent over its pulls, 0 to 100, as {@link OverallProgress}
 * @param bytesCurrent that its pulls have loaded so far
 * @param bytesTotal that they have to load; null while the size of one of them is not known
 * @param succeeded pulls so far
 * @param skipped pulls so far
 * @param failed pulls so far
 * @param cancelled pulls so far
 * @param reasons why it was rejected; empty otherwise
 * @param message of its completion, or null
 * @param options that it was asked for with; null until its record was read
 * @param pulls one per worker and image; null in lists of jobs, which leave it out
 * @param pullsOmitted how many more pulls there are than there was room for; null for none
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record JobView(
        String id,
        State state,
        @Nullable String project,
        Map<String, String> labels,
        Instant createdAt,
        @Nullable Instant completedAt,
        @Nullable JobResult result,
        List<PullEvent.JobPull> images,
        List<String> workers,
        double percent,
        long bytesCurrent,
        @Nullable Long bytesTotal,
        int succeeded,
        int skipped,
        int failed,
        int cancelled,
        List<String> reasons,
        @Nullable String message,
        @Nullable JobOptions options,
        @Nullable List<PullView> pulls,
        @Nullable Integer pullsOmitted) {

    /** Rounds the percentage. */
    public JobView {
        percent = OverallProgress.rounded(percent);
    }

    /** Where a job is. */
    public enum State {
        @JsonProperty("pending")
        PENDING,
        @JsonProperty("running")
        RUNNING,
        /** Accepted; no more of its pulls start until it is resumed. */
        @JsonProperty("paused")
        PAUSED,
        @JsonProperty("completed")
        COMPLETED,
        @JsonProperty("rejected")
        REJECTED
    }
}
