// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.view.WorkerView;
import dev.pullcast.gateway.fleet.Subject;
import java.util.List;

/** Workers as events of a stream. */
public final class WorkerFrames {
    private WorkerFrames() {}

    /** The state of one worker; a newer one of the same worker supersedes it. */
    public static SseFrame of(WorkerView view) {
        // Interned, so that two states of one worker have the same instance to be compared by.
        String worker = view.status().worker().intern();
        return SseFrame.ofWorker(new Subject("", null, List.of(worker), List.of()), worker, ContractJson.write(view));
    }
}
