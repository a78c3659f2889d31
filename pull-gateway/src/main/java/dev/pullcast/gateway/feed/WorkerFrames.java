// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.view.WorkerView;
import dev.pullcast.gateway.fleet.Subject;
import java.util.List;

/**
 * The state of one worker as an event of a stream; a newer one of the same worker supersedes it.
 *
 * @param whole for those who may see everything
 * @param limited for those who are limited to some projects
 */
public record WorkerFrames(SseFrame whole, SseFrame limited) {
    /** Both. */
    public static WorkerFrames of(WorkerView view) {
        // Interned, so that two states of one worker have the same instance to be compared by.
        String worker = view.status().worker().intern();
        Subject subject = new Subject("", null, List.of(worker), List.of());
        return new WorkerFrames(
                SseFrame.ofWorker(subject, worker, ContractJson.write(view)),
                SseFrame.ofWorker(subject, worker, ContractJson.write(view.limited())));
    }
}
