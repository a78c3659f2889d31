// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.jspecify.annotations.Nullable;

/**
 * A request to end a job. What has ended stays as it is.
 *
 * @param id of the job
 * @param message who or why, shown in events; null for nothing to say
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
@JsonPropertyOrder({"kind", "id"})
public record CancelJob(String id, @Nullable String message) implements JobRecord {}
