// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.codec;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.StandingSet;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.worker.WorkerStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/**
 * The one JSON mapper of the contract: UTF-8, times as ISO 8601, unknown fields ignored. Safe from any thread. What
 * any producer may write ({@code pull.jobs}) is read by {@link JobReader}, which is strict.
 */
public final class ContractJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .addModule(module())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private ContractJson() {}

    private static SimpleModule module() {
        SimpleModule module = new SimpleModule("pullcast").addDeserializer(Instant.class, new InstantReader());
        PullEventFields.readBy(module);
        return module;
    }

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
    public static PullEvent readEvent(byte @Nullable [] json) {
        return read(json, PullEvent.class);
    }

    /**
     * Reads a task.
     *
     * @throws JacksonException if it is not a task that this version knows
     */
    public static TaskRecord readTask(byte @Nullable [] json) {
        return read(json, TaskRecord.class);
    }

    /**
     * Reads a worker's heartbeat.
     *
     * @throws JacksonException if it is not one
     */
    public static WorkerStatus readWorker(byte @Nullable [] json) {
        return read(json, WorkerStatus.class);
    }

    /**
     * Reads a standing set.
     *
     * @throws JacksonException if it is not one
     */
    public static StandingSet readSet(byte @Nullable [] json) {
        return read(json, StandingSet.class);
    }

    /** What lacks a field that all have fails as any other bad value does; so does null, as bytes or as JSON. */
    private static <T> T read(byte @Nullable [] json, Class<T> type) {
        T value = json == null ? null : MAPPER.readValue(json, type);
        if (value == null) {
            throw DatabindException.from((JsonParser) null, "null is no " + type.getSimpleName());
        }
        String missing = value instanceof Record record ? Completeness.firstMissing(record) : null;
        if (missing != null) {
            throw DatabindException.from((JsonParser) null, "a " + type.getSimpleName() + " without " + missing);
        }
        return value;
    }
}
