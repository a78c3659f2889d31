// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.StandingSet;
import dev.pullcast.contract.job.TaskRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a decision of the {@link JobLedger} writes. */
sealed interface Output {
    /** To {@code pull.tasks}. */
    record Task(TaskRecord task) implements Output {}

    /** To {@code pull.events} and, when it is terminal, to {@code pull.results}; both in the job's partition. */
    record Event(PullEvent event) implements Output {}

    /** To {@code pull.jobs}, in the partition of the set that it is made for. */
    record Job(PullJob job) implements Output {}

    /** To {@code pull.sets}. */
    record Kept(StandingSet set) implements Output {}

    /** To {@code pull.sets}, a tombstone. */
    record Forgotten(String set) implements Output {}

    /** The record just read goes to {@code pull.rejected}. */
    record Reject(List<String> reasons) implements Output {}

    /**
     * To the changelog {@code pull.coordinator}, in the partition of the ledger.
     *
     * @param value null for a tombstone
     */
    record State(String key, @Nullable JobEntry value) implements Output {}
}
