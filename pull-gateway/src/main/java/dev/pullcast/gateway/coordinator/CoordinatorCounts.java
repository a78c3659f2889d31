// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a coordinator counts, over all of its sessions. Safe from any thread.
 *
 * @param disbelieved heartbeats and results whose key is not what they name, and marks that no coordinator made
 * @param refused jobs on {@code pull.jobs} that a quota or a policy refused
 * @param failed records at which a decision failed
 */
public record CoordinatorCounts(LongAdder disbelieved, LongAdder refused, LongAdder failed) {
    /**
     * One number.
     *
     * @param description for people
     */
    public record Count(String description, LongAdder value) {}

    static CoordinatorCounts atZero() {
        return new CoordinatorCounts(new LongAdder(), new LongAdder(), new LongAdder());
    }

    /** By the names of their metrics. */
    public Map<String, Count> byName() {
        return Map.of(
                "pullcast.coordinator.disbelieved",
                new Count("Heartbeats, results and marks that are not what their keys say", disbelieved),
                "pullcast.coordinator.refused",
                new Count("Jobs on pull.jobs refused for a quota or a policy", refused),
                "pullcast.coordinator.failed",
                new Count("Records at which a decision failed; they are in pull.rejected", failed));
    }
}
