// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.job;

import com.fasterxml.jackson.annotation.JsonProperty;

/** When to ask the registry; names and meaning are those of Kubernetes' {@code imagePullPolicy}. */
public enum PullPolicy {
    /** Only if the engine does not have the image. */
    @JsonProperty("IfNotPresent")
    IF_NOT_PRESENT,
    /** Every time; layers that are there are not fetched again. */
    @JsonProperty("Always")
    ALWAYS
}
