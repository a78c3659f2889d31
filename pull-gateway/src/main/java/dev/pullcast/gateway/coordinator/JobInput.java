// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.codec.JobContent;
import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.contract.codec.JobReader;
import dev.pullcast.contract.job.CancelJob;
import dev.pullcast.contract.job.PauseJob;
import dev.pullcast.contract.job.PullJob;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** A value of {@code pull.jobs}, read. */
sealed interface JobInput {
    /** Reason for a producer's job that names a standing set. */
    String FOREIGN_SET = "set: is for the coordinator to write, for jobs that it makes of a standing set; leave it out";

    /** The id that it is about; null where none can be read. */
    @Nullable
    String id();

    /**
     * A job.
     *
     * @param content equal for equal jobs, however their JSON is laid out
     * @param bytes of the record
     * @param ofSet whether a coordinator wrote it, for a standing set
     */
    record Wanted(PullJob job, String content, int bytes, boolean ofSet) implements JobInput {
        @Override
        public String id() {
            return job.id();
        }
    }

    /** A cancel. */
    record Cancel(CancelJob cancel) implements JobInput {
        @Override
        public String id() {
            return cancel.id();
        }
    }

    /** A pause, or its end. */
    record Pause(PauseJob pause) implements JobInput {
        @Override
        public String id() {
            return pause.id();
        }
    }

    /**
     * Nothing that can be done.
     *
     * @param id as far as one can be read
     * @param content equal for equal bytes
     * @param aboutJob whether it wanted a job, not to cancel or pause one
     */
    record Bad(@Nullable String id, String content, List<String> reasons, boolean aboutJob) implements JobInput {}

    /** Reads a record's value; never throws for what it reads. */
    static JobInput read(byte @Nullable [] value, JobLimits limits) {
        return read(value, limits, false);
    }

    /**
     * The same where it is known who wrote it.
     *
     * @param ofSet whether a coordinator wrote it, for a standing set
     */
    static JobInput read(byte @Nullable [] value, JobLimits limits, boolean ofSet) {
        return switch (JobReader.read(value, limits)) {
            case JobReader.Accepted(PullJob job) -> {
                String content = JobContent.fingerprint(job);
                // Which set a job belongs to is not for a producer to say: workers remove what a set brought.
                yield job.keeping().set() == null || ofSet
                        ? new Wanted(job, content, value == null ? 0 : value.length, ofSet)
                        : new Bad(job.id(), content, List.of(FOREIGN_SET), true);
            }
            case JobReader.Accepted(CancelJob cancel) -> new Cancel(cancel);
            case JobReader.Accepted(PauseJob pause) -> new Pause(pause);
            case JobReader.Rejected(var id, var reasons) ->
                new Bad(id, JobContent.fingerprint(value == null ? new byte[0] : value), reasons, isJob(value, id));
        };
    }

    private static boolean isJob(byte @Nullable [] value, @Nullable String id) {
        if (value == null || id == null) {
            return false;
        }
        try {
            String kind = ContractJson.mapper().readTree(value).path("kind").asString("PullJob");
            return !kind.equals("CancelJob") && !kind.equals("PauseJob");
        } catch (JacksonException e) {
            // What cannot be read to its end was most likely meant as a job.
            return true;
        }
    }
}
