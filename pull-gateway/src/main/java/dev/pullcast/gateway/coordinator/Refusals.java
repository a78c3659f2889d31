// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.PullJob;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is said of records of {@code pull.jobs} that change nothing: pure functions. */
final class Refusals {
    private Refusals() {}

    /** A cancel or pause of a job that nobody asked for. */
    static List<Output> unknown(String id) {
        return List.of(new Output.Reject(
                List.of("id: no job " + id + " is known; a job must be written before what is said of it")));
    }

    /** A job whose id another job has. */
    static List<Output> taken(PullJob job, Instant now) {
        String reason = "id: " + job.id() + " belongs to an earlier job with other content; give every job its own";
        return conflict(job.id(), job.soleProject(), List.of(reason), now);
    }

    /** Said as an event, too, but not as the end of the job that has the id by right. */
    static List<Output> conflict(String id, @Nullable String project, List<String> reasons, Instant now) {
        return List.of(
                new Output.Reject(reasons),
                new Output.Event(new PullEvent.JobRejected(id, now, project, reasons, true)));
    }
}
