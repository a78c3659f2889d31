// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.contract.view.Snapshot;
import dev.pullcast.contract.view.WorkerView;
import org.jspecify.annotations.Nullable;

/** What a command hears of its job, or of all jobs, from the worker code in this process or from a gateway. */
public sealed interface Feed {
    /** An event of the job. */
    record Event(PullEvent event) implements Feed {}

    /** The job's state as a whole; what was heard before is part of it. */
    record State(JobView job) implements Feed {}

    /** The state of all jobs and workers; what was heard before is part of it. */
    record All(Snapshot snapshot) implements Feed {}

    /** A worker came, went, or told how it is. */
    record Worker(WorkerView worker) implements Feed {}

    /** Something about the way events come that a person should know. */
    record Note(String text) implements Feed {}

    /**
     * Nothing follows.
     *
     * @param problem why it ended before the job did, for a person; null if it did not
     */
    record End(@Nullable String problem) implements Feed {}
}
