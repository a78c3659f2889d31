// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.jspecify.annotations.Nullable;

/**
 * A request to start no more pulls of a job, or to go on.
 *
 * @param id of the job
 * @param paused true to pause, false to go on
 * @param workersAtOnce replaces the job's from now on; null to leave it
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
@JsonPropertyOrder({"kind", "id"})
public record PauseJob(String id, boolean paused, @Nullable WorkersAtOnce workersAtOnce) implements JobRecord {}
