// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.job;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether an image shall reach containerd through a pod instead of the engine's own pull. */
public enum PullThrough {
    @JsonProperty("auto")
    AUTO,
    /** Rejected until containerd is supported. */
    @JsonProperty("always")
    ALWAYS,
    @JsonProperty("never")
    NEVER
}
