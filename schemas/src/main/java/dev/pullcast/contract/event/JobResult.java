// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.event;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a job came to. */
public enum JobResult {
    /** Every pull succeeded or was skipped. */
    @JsonProperty("succeeded")
    SUCCEEDED,
    /** At least one pull failed. */
    @JsonProperty("failed")
    FAILED,
    /** It was cancelled before every pull had ended. */
    @JsonProperty("cancelled")
    CANCELLED,
    /** No live worker matched its target. */
    @JsonProperty("unmatched")
    UNMATCHED
}
