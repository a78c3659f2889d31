// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.WorkersAtOnce;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value of the changelog {@code pull.coordinator}: a part of what a coordinator knows of one job. The newest value of
 * each key of a partition is the state of its ledger. Only coordinators read and write it.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = JobEntry.Open.class, name = "open"),
    @JsonSubTypes.Type(value = JobEntry.Ended.class, name = "ended"),
    @JsonSubTypes.Type(value = JobEntry.Expected.class, name = "expected"),
    @JsonSubTypes.Type(value = JobEntry.Assigned.class, name = "assigned"),
})
@JsonInclude(JsonInclude.Include.NON_ABSENT)
sealed interface JobEntry {
    /** Key of a job's {@link Open} or {@link Ended}. */
    static String key(String job) {
        return job;
    }

    /** Key of a list of expected workers. */
    static String expectedKey(String job, int part) {
        return job + "/expected/" + part;
    }

    /** Key of one worker's part. */
    static String assignedKey(String job, String worker) {
        return job + "/worker/" + worker;
    }

    /** The job of a key. */
    static String jobOf(String key) {
        int slash = key.indexOf('/');
        return slash < 0 ? key : key.substring(0, slash);
    }

    /**
     * An open job without its workers.
     *
     * @param content fingerprint of the job
     * @param accepted when it was accepted, UTC
     * @param deadline when it is closed, UTC
     * @param graceUntil until when a first worker, and those that it names, are waited for, UTC
     * @param workersAtOnce bound on workers at work; null for none
     * @param closesAt when the coordinator ends what has no end; null while the job is not closing
     * @param cancelled why it was cancelled; null if its deadline passed, or while it is not closing
     */
    record Open(
            PullJob job,
            String content,
            Instant accepted,
            Instant deadline,
            Instant graceUntil,
            boolean paused,
            @Nullable WorkersAtOnce workersAtOnce,
            @Nullable Instant closesAt,
            @Nullable String cancelled)
            implements JobEntry {}

    /**
     * A job with an end, kept so that its record, read again, is no new job.
     *
     * @param content fingerprint of the job
     */
    record Ended(String content, Instant at) implements JobEntry {}

    /** Ids of workers from which answers are expected; together the lists of a job name each worker once. */
    record Expected(List<String> workers) implements JobEntry {}

    /**
     * State of one expected worker; without it, the worker has no task and no pull of it has ended.
     *
     * @param given whether it has the task
     * @param stopSent whether it was told to stop
     * @param pauseSent whether it was told to pause, and not yet to go on
     * @param ends a letter for each pull, as {@link Assignment} writes them
     */
    record Assigned(boolean given, boolean stopSent, boolean pauseSent, String ends) implements JobEntry {}
}
