// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.job;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;

/**
 * Images that workers are to have for good: a job with {@code keep}, remembered on {@code pull.sets} until it is
 * cancelled. A tombstone removes it. Only the coordinator writes it.
 *
 * @param job as it was asked for; its id is the record's key
 * @param refreshedAt when it was last given to all workers, UTC
 */
@JsonPropertyOrder({"refreshedAt", "job"})
public record StandingSet(PullJob job, Instant refreshedAt) {
    /** When it is to be given to all workers again, UTC. */
    public Instant nextRefresh() {
        return refreshedAt.plusSeconds(job.keeping().everySeconds());
    }
}
