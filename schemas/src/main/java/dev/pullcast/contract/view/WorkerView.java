// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.pullcast.contract.worker.EngineFacts;
import dev.pullcast.contract.worker.WorkerStatus;

/**
 * A worker as the gateway knows it; the {@code worker} SSE event.
 *
 * @param status its newest heartbeat; its fields stand in this object
 * @param live false when its heartbeat expired or it left
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record WorkerView(@JsonUnwrapped WorkerStatus status, boolean live) {
    /**
     * What those may see who are limited to some projects: not how much it has to do and how its disk fills, which tells
     * of the other projects, nor where its images lie.
     */
    public WorkerView limited() {
        EngineFacts engine = status.engine();
        return new WorkerView(
                new WorkerStatus(
                        status.worker(),
                        status.incarnation(),
                        status.state(),
                        status.labels(),
                        status.startedAt(),
                        status.time(),
                        status.heartbeatSeconds(),
                        engine == null
                                ? null
                                : new EngineFacts(
                                        engine.kind(),
                                        engine.version(),
                                        engine.apiVersion(),
                                        engine.os(),
                                        engine.arch(),
                                        null,
                                        null,
                                        null),
                        null,
                        null,
                        status.version()),
                live);
    }
}
