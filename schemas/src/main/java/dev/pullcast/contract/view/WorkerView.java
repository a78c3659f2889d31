// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.pullcast.contract.worker.WorkerStatus;

/**
 * A worker as the gateway knows it; the {@code worker} SSE event.
 *
 * @param status its newest heartbeat; its fields stand in this object
 * @param live false when its heartbeat expired or it left
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record WorkerView(@JsonUnwrapped WorkerStatus status, boolean live) {}
