// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A value of {@code pull.tasks}: what one worker has to do for one job. Only the coordinator writes it. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.EXISTING_PROPERTY, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = TaskRecord.PullTask.class, name = "PullTask"),
    @JsonSubTypes.Type(value = TaskRecord.CancelTask.class, name = "CancelTask"),
    @JsonSubTypes.Type(value = TaskRecord.PauseTask.class, name = "PauseTask"),
    @JsonSubTypes.Type(value = TaskRecord.RemoveTask.class, name = "RemoveTask"),
})
@JsonInclude(JsonInclude.Include.NON_ABSENT)
@JsonPropertyOrder({"kind", "job", "worker"})
public sealed interface TaskRecord {
    /** {@code PullTask}, {@code CancelTask}, {@code PauseTask} or {@code RemoveTask}. */
    @JsonProperty("kind")
    default String kind() {
        return getClass().getSimpleName();
    }

    /** The job's id. */
    String job();

    /** The record's key: the id of the worker that it is for. */
    String key();

    /** What one worker is told. Job and worker together are the task's identity. */
    sealed interface OfWorker extends TaskRecord {
        /** The worker's id. */
        String worker();

        @Override
        default String key() {
            return worker();
        }
    }

    /**
     * One image to pull.
     *
     * @param pull {@link PullId} of reference and platform
     * @param image as asked for
     * @param reference canonical
     * @param platform null for the engine's own
     * @param project whom it belongs to, or null
     * @param credentials null for what the worker finds in its own files
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record TaskPull(
            String pull,
            String image,
            String reference,
            @Nullable String platform,
            @Nullable String project,
            @Nullable Credentials credentials) {}

    /**
     * Pull these images.
     *
     * @param jobPartition the partition of {@code pull.jobs} that the job was read from; the worker writes events and
     *     results of this task to the partition of the same number
     * @param pulls at least one
     * @param pullPolicy when to ask the registry
     * @param parallelism pulls of this task at once; null for the worker's own bound
     * @param backoffLimit retries per pull; null for the worker's own
     * @param timeoutSeconds per attempt; null for the worker's own
     * @param deadline when the job is closed, UTC; nothing starts after it
     * @param set the standing set that holds these images on the worker until its {@link RemoveTask}; null for none
     * @param keepOnExpiry whether what this brings stays when the set ends
     */
    record PullTask(
            String job,
            String worker,
            int jobPartition,
            List<TaskPull> pulls,
            PullPolicy pullPolicy,
            @Nullable Integer parallelism,
            @Nullable Integer backoffLimit,
            @Nullable Integer timeoutSeconds,
            Instant deadline,
            @Nullable String set,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean keepOnExpiry)
            implements OfWorker {
        /** Of no standing set. */
        // One parameter for each field.
        public PullTask(
                String job,
                String worker,
                int jobPartition,
                List<TaskPull> pulls,
                PullPolicy pullPolicy,
                @Nullable Integer parallelism,
                @Nullable Integer backoffLimit,
                @Nullable Integer timeoutSeconds,
                Instant deadline) {
            this(
                    job,
                    worker,
                    jobPartition,
                    pulls,
                    pullPolicy,
                    parallelism,
                    backoffLimit,
                    timeoutSeconds,
                    deadline,
                    null,
                    false);
        }
    }

    /**
     * Stop what this worker has open of a job.
     *
     * @param message who or why
     */
    record CancelTask(String job, String worker, String message) implements OfWorker {}

    /**
     * Start no more pulls of a job, or go on; what runs is left alone.
     *
     * @param paused true to pause, false to go on
     */
    record PauseTask(String job, String worker, boolean paused) implements OfWorker {}

    /**
     * A standing set has ended. The worker removes what it brought, unless a container uses it or something else on the
     * worker names it, and holds nothing for it any more.
     *
     * @param job the set
     * @param jobPartition the partition of {@code pull.jobs} that the set was read from; the worker writes what it removed
     *     to the partition of {@code pull.events} of the same number
     */
    record RemoveTask(String job, String worker, int jobPartition) implements OfWorker {}
}
