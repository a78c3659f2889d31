// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.worker;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A worker's hello and heartbeat, value of {@code pull.workers}; a tombstone says that it left.
 *
 * @param worker stable id, the record's key
 * @param incarnation one run of the process
 * @param state what it can do now
 * @param labels for targets
 * @param startedAt when this incarnation started, UTC
 * @param time of this heartbeat, UTC
 * @param heartbeatSeconds until the next one; three missed and it counts as gone
 * @param engine null while the engine has not answered yet
 * @param pullsRunning engine calls now; null in views for those who may not see whose they are
 * @param pullsQueued pulls that wait for room; null as before
 * @param version of the worker
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record WorkerStatus(
        String worker,
        String incarnation,
        State state,
        Map<String, String> labels,
        Instant startedAt,
        Instant time,
        int heartbeatSeconds,
        @Nullable EngineFacts engine,
        @Nullable Integer pullsRunning,
        @Nullable Integer pullsQueued,
        String version) {

    /** Settles absent fields. */
    @SuppressWarnings("NullAway") // Jackson passes null for an absent field
    public WorkerStatus {
        labels = labels == null ? Map.of() : Map.copyOf(labels);
    }

    /** Pulls that it has, running or waiting; 0 where that is not told. */
    public int load() {
        return (pullsRunning == null ? 0 : pullsRunning) + (pullsQueued == null ? 0 : pullsQueued);
    }

    /** Whether its last heartbeat is too old at this time: three were missed. */
    public boolean isExpired(Instant now) {
        return time.plusSeconds(3L * Math.max(1, heartbeatSeconds)).isBefore(now);
    }

    /** The same with the time at which it was heard, where the worker's own clock is not to be trusted. */
    public WorkerStatus heardAt(Instant at) {
        return new WorkerStatus(
                worker,
                incarnation,
                state,
                labels,
                startedAt,
                at,
                heartbeatSeconds,
                engine,
                pullsRunning,
                pullsQueued,
                version);
    }

    /** What a worker can do. */
    public enum State {
        /** Takes pulls. */
        @JsonProperty("ready")
        READY,
        /** Lives, but its engine does not answer. */
        @JsonProperty("engine-gone")
        ENGINE_GONE,
        /** Finishes what runs, then leaves. */
        @JsonProperty("draining")
        DRAINING
    }
}
