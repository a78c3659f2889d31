// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * How a job spreads over its workers, so that a fleet does not ask a registry all at once. Its fields stand in the job's
 * own JSON object.
 *
 * @param workersAtOnce how many workers may have pulls of the job open; null for all
 * @param spread seconds over which workers start, each at a moment that follows from its id; null for at once
 * @param paused whether it begins paused: nothing starts until it is resumed
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
public record Rollout(
        @Nullable WorkersAtOnce workersAtOnce, @Nullable Integer spread, boolean paused) {
    /** All workers at once. */
    public static final Rollout AT_ONCE = new Rollout(null, null, false);
}
