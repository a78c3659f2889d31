// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.pullcast.contract.worker.WorkerStatus;
import java.util.List;

/**
 * A worker and what it has to do.
 *
 * @param status its newest heartbeat; its fields stand in this object
 * @param live false when its heartbeat expired
 * @param pulls that it has not ended, of jobs that go on
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record WorkerDetail(@JsonUnwrapped WorkerStatus status, boolean live, List<PullView> pulls) {
    /** As {@link WorkerView#limited}. */
    public WorkerDetail limited() {
        return new WorkerDetail(new WorkerView(status, live).limited().status(), live, pulls);
    }
}
