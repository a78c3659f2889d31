// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.codec;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.worker.WorkerStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The one JSON mapper of the contract: UTF-8, times as ISO 8601, unknown fields ignored. Safe from any thread. What
 * any producer may write ({@code pull.jobs}) is read by {@link JobReader}, which is strict.
 */
public final class ContractJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private ContractJson() {}

    /** The mapper itself, for trees and views. */
    public static JsonMapper mapper() {
        return MAPPER;
    }

    /** Any record of the contract as UTF-8 JSON. */
    public static byte[] write(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    /**
     * Reads an event; a kind that this version does not know becomes {@link PullEvent.Unknown}.
     *
     * @throws JacksonException if it is not an event at all
     */
    public static PullEvent readEvent(byte[] json) {
        return MAPPER.readValue(json, PullEvent.class);
    }

    /**
     * Reads a task.
     *
     * @throws JacksonException if it is not a task that this version knows
     */
    public static TaskRecord readTask(byte[] json) {
        return MAPPER.readValue(json, TaskRecord.class);
    }

    /**
     * Reads a worker's heartbeat.
     *
     * @throws JacksonException if it is not one
     */
    public static WorkerStatus readWorker(byte[] json) {
        return MAPPER.readValue(json, WorkerStatus.class);
    }
}
