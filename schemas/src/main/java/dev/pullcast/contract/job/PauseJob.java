// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.job;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * A request to start no more pulls of a job, or to go on.
 *
 * @param id of the job
 * @param paused true to pause, false to go on
 */
@JsonPropertyOrder({"kind", "id"})
public record PauseJob(String id, boolean paused) implements JobRecord {}
