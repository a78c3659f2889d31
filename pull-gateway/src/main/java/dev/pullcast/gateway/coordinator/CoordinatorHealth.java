// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import java.util.Set;

/**
 * How a coordinator is, as of its last look at Kafka.
 *
 * @param ready whether it is a member of its group and knows the state of all its partitions; false while it connects,
 *     rebuilds, or Kafka does not answer
 * @param partitions that it owns; may be empty while others own them all
 * @param openJobs of these partitions
 * @param lag records of {@code pull.jobs} in these partitions that it has not read yet
 */
public record CoordinatorHealth(boolean ready, Set<Integer> partitions, int openJobs, long lag) {
    /** Not a member of the group. */
    static final CoordinatorHealth DOWN = new CoordinatorHealth(false, Set.of(), 0, 0);

    /** Copies the set. */
    public CoordinatorHealth {
        partitions = Set.copyOf(partitions);
    }
}
