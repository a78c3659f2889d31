// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that Pullcast tells the world, one record per kind; values of {@code pull.events}. The JSON field
 * {@code type} names the kind, as does SSE's {@code event:}; CloudEvents prefixes {@code dev.pullcast.} and suffixes
 * {@code .v1}. Optional fields are absent, never null.
 */
@JsonTypeInfo(
        use = JsonTypeInfo.Id.NAME,
        include = JsonTypeInfo.As.EXISTING_PROPERTY,
        property = "type",
        visible = true,
        defaultImpl = PullEvent.Unknown.class)
@JsonSubTypes({
    @JsonSubTypes.Type(value = PullEvent.Queued.class, name = "pull.queued"),
    @JsonSubTypes.Type(value = PullEvent.Started.class, name = "pull.started"),
    @JsonSubTypes.Type(value = PullEvent.Layer.class, name = "layer"),
    @JsonSubTypes.Type(value = PullEvent.Progress.class, name = "pull.progress"),
    @JsonSubTypes.Type(value = PullEvent.Retrying.class, name = "pull.retrying"),
    @JsonSubTypes.Type(value = PullEvent.Succeeded.class, name = "pull.succeeded"),
    @JsonSubTypes.Type(value = PullEvent.Skipped.class, name = "pull.skipped"),
    @JsonSubTypes.Type(value = PullEvent.Failed.class, name = "pull.failed"),
    @JsonSubTypes.Type(value = PullEvent.Cancelled.class, name = "pull.cancelled"),
    @JsonSubTypes.Type(value = PullEvent.JobAccepted.class, name = "job.accepted"),
    @JsonSubTypes.Type(value = PullEvent.JobRejected.class, name = "job.rejected"),
    @JsonSubTypes.Type(value = PullEvent.JobCompleted.class, name = "job.completed"),
    @JsonSubTypes.Type(value = PullEvent.ImageRemoved.class, name = "image.removed"),
})
@JsonInclude(JsonInclude.Include.NON_ABSENT)
@JsonPropertyOrder({"type", "id"})
public sealed interface PullEvent {
    /** The kind's name on the wire, as {@code pull.started}. */
    @JsonProperty("type")
    String type();

    /** Unique per event; see {@link EventIds} for what is stable across repeats. */
    @JsonProperty("id")
    String id();

    /** The job that it belongs to. */
    @JsonIgnore
    String jobId();

    /** When it happened, UTC. */
    @JsonIgnore
    Instant at();

    /** Whether nothing follows for this pull, or for this job. */
    @JsonIgnore
    default boolean isTerminal() {
        return switch (this) {
            case Succeeded _, Skipped _, Failed _, Cancelled _, JobCompleted _ -> true;
            case JobRejected rejected -> !rejected.conflict();
            case Queued _, Started _, Layer _, Progress _, Retrying _, JobAccepted _, ImageRemoved _, Unknown _ ->
                false;
        };
    }

    /** An event of one pull: one image of a job on one worker. */
    sealed interface OfPull extends PullEvent {
        /** Who, what and when. */
        PullOrigin origin();

        @Override
        default String jobId() {
            return origin().job();
        }

        @Override
        default Instant at() {
            return origin().time();
        }

        @Override
        default String id() {
            return isTerminal() ? EventIds.terminal(origin()) : EventIds.passing(origin());
        }
    }

    /** An event of a whole job, written by the coordinator only. */
    sealed interface OfJob extends PullEvent {
        /** The job's id. */
        String job();

        /** When it happened, UTC. */
        Instant time();

        @Override
        default String jobId() {
            return job();
        }

        @Override
        default Instant at() {
            return time();
        }

        @Override
        default String id() {
            return EventIds.ofJob(job(), type().substring("job.".length()));
        }
    }

    /** The worker has taken the pull and will start it when there is room. */
    record Queued(@JsonUnwrapped PullOrigin origin) implements OfPull {
        @Override
        public String type() {
            return "pull.queued";
        }
    }

    /** The engine has been asked. */
    record Started(@JsonUnwrapped PullOrigin origin) implements OfPull {
        @Override
        public String type() {
            return "pull.started";
        }
    }

    /**
     * A layer changed phase or moved on.
     *
     * @param layer as the engine names it: the first 12 hex digits of its digest
     * @param phase where it is
     * @param current bytes so far in this phase; null when the engine does not say
     * @param total bytes in all; null when unknown
     * @param seconds time spent extracting, from engines that report time instead of bytes; else null
     */
    record Layer(
            @JsonUnwrapped PullOrigin origin,
            String layer,
            LayerPhase phase,
            @Nullable Long current,
            @Nullable Long total,
            @Nullable Long seconds)
            implements OfPull {
        @Override
        public String type() {
            return "layer";
        }
    }

    /**
     * The sum over all layers.
     *
     * @param bytesCurrent downloaded so far, cached layers not counted
     * @param bytesTotal to download in all; null until known
     * @param percent 0 to 100, never decreases within a pull
     * @param layersDone complete or cached
     * @param layersTotal announced so far
     * @param bytesPerSecond smoothed; null before the first bytes
     * @param etaSeconds null when it cannot be told
     */
    record Progress(
            @JsonUnwrapped PullOrigin origin,
            long bytesCurrent,
            @Nullable Long bytesTotal,
            double percent,
            int layersDone,
            int layersTotal,
            @Nullable Long bytesPerSecond,
            @Nullable Long etaSeconds)
            implements OfPull {
        @Override
        public String type() {
            return "pull.progress";
        }
    }

    /**
     * An attempt failed with something that can heal; another follows.
     *
     * @param reason why the attempt failed
     * @param message the engine's own words, secrets removed
     * @param delaySeconds until the next attempt
     * @param notBefore when the next attempt starts, UTC
     */
    record Retrying(
            @JsonUnwrapped PullOrigin origin,
            FailureReason reason,
            String message,
            double delaySeconds,
            Instant notBefore)
            implements OfPull {
        @Override
        public String type() {
            return "pull.retrying";
        }
    }

    /**
     * The image is on the engine, and this pull brought it or confirmed it at the registry. Terminal.
     *
     * @param digest manifest or index digest that the engine recorded; null if it records none
     * @param previousDigest what the reference meant on this engine before; null if nothing
     * @param bytesDownloaded by this pull; null where neither the engine nor the registry told sizes (the docker command)
     * @param layersCached were there before
     * @param layersDownloaded came with this pull
     * @param queueMillis from task read to first engine call
     * @param downloadMillis from first engine call to the last byte
     * @param extractMillis from the last byte to the end
     */
    record Succeeded(
            @JsonUnwrapped PullOrigin origin,
            @Nullable String digest,
            @Nullable String previousDigest,
            @Nullable Long bytesDownloaded,
            int layersCached,
            int layersDownloaded,
            long queueMillis,
            long downloadMillis,
            long extractMillis)
            implements OfPull {
        /** One whose size is known. */
        // One parameter for each field.
        public Succeeded(
                PullOrigin origin,
                @Nullable String digest,
                @Nullable String previousDigest,
                long bytesDownloaded,
                int layersCached,
                int layersDownloaded,
                long queueMillis,
                long downloadMillis,
                long extractMillis) {
            this(
                    origin,
                    digest,
                    previousDigest,
                    Long.valueOf(bytesDownloaded),
                    layersCached,
                    layersDownloaded,
                    queueMillis,
                    downloadMillis,
                    extractMillis);
        }

        /** Older workers wrote 0 for what is not known. */
        public Succeeded {
            bytesDownloaded =
                    bytesDownloaded != null && bytesDownloaded == 0 && layersDownloaded > 0 ? null : bytesDownloaded;
        }

        @Override
        public String type() {
            return "pull.succeeded";
        }
    }

    /**
     * The image was present and the policy is {@code IfNotPresent}: the registry was not asked. Terminal. The digest is
     * as for {@link Succeeded}.
     */
    record Skipped(
            @JsonUnwrapped PullOrigin origin, @Nullable String digest) implements OfPull {
        @Override
        public String type() {
            return "pull.skipped";
        }
    }

    /**
     * The image is not there and will not come without help. Terminal.
     *
     * @param reason class of the failure
     * @param retryable whether the same request may succeed later as it is
     * @param attempts calls to the engine that were made
     * @param message the engine's own words, secrets removed
     * @param hint what the user can do
     */
    record Failed(
            @JsonUnwrapped PullOrigin origin,
            FailureReason reason,
            boolean retryable,
            int attempts,
            String message,
            String hint)
            implements OfPull {
        @Override
        public String type() {
            return "pull.failed";
        }
    }

    /** Somebody cancelled it; the message says who or why, as given. Terminal. */
    record Cancelled(@JsonUnwrapped PullOrigin origin, String message) implements OfPull {
        @Override
        public String type() {
            return "pull.cancelled";
        }
    }

    /**
     * One image of a job, as {@link JobAccepted} lists it.
     *
     * @param pull {@link dev.pullcast.contract.job.PullId} of reference and platform
     * @param image as asked for
     * @param reference canonical
     * @param platform null for the engine's own
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record JobPull(
            String pull,
            String image,
            String reference,
            @Nullable String platform) {}

    /**
     * The coordinator took the job. It comes again while the job is active when its workers change (late joiners; another
     * one for {@code any}) and when it is paused or resumed.
     *
     * @param project whom it belongs to, or null
     * @param labels the job's own
     * @param pulls its images, equal ones once
     * @param workers ids of the workers that have a task for it or will get one, sorted
     * @param deadline when it is closed whatever happened, UTC
     * @param paused whether no more of its pulls start
     */
    record JobAccepted(
            String job,
            Instant time,
            @Nullable String project,
            Map<String, String> labels,
            List<JobPull> pulls,
            List<String> workers,
            Instant deadline,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean paused)
            implements OfJob {
        /** One that is not paused. */
        // One parameter for each field.
        public JobAccepted(
                String job,
                Instant time,
                @Nullable String project,
                Map<String, String> labels,
                List<JobPull> pulls,
                List<String> workers,
                Instant deadline) {
            this(job, time, project, labels, pulls, workers, deadline, false);
        }

        /** Settles absent collections. */
        @SuppressWarnings("NullAway") // Jackson passes null for an absent field
        public JobAccepted {
            labels = labels == null ? Map.of() : Map.copyOf(labels);
            pulls = pulls == null ? List.of() : List.copyOf(pulls);
            workers = workers == null ? List.of() : List.copyOf(workers);
        }

        @Override
        public String type() {
            return "job.accepted";
        }
    }

    /**
     * The job cannot be done as it stands. Terminal, unless it is a conflict.
     *
     * @param project whom it belongs to, or null
     * @param reasons each a sentence that begins with a field's name
     * @param conflict whether an earlier job has the id by right: that one goes on as if nothing had been
     */
    record JobRejected(
            String job,
            Instant time,
            @Nullable String project,
            List<String> reasons,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean conflict)
            implements OfJob {
        /** One that ends its job. */
        public JobRejected(String job, Instant time, @Nullable String project, List<String> reasons) {
            this(job, time, project, reasons, false);
        }

        /** Settles absent collections. */
        @SuppressWarnings("NullAway")
        public JobRejected {
            reasons = reasons == null ? List.of() : List.copyOf(reasons);
        }

        @Override
        public String type() {
            return "job.rejected";
        }

        @Override
        public String id() {
            return EventIds.ofJob(job, conflict ? "conflict" : "rejected");
        }
    }

    /**
     * Every expected pull has ended, or the deadline passed. Terminal.
     *
     * @param result the sum
     * @param workers that had a task
     * @param succeeded pulls that did
     * @param skipped pulls whose image was present
     * @param failed pulls that did not
     * @param cancelled pulls that were
     * @param message a sentence where the result needs one, else null
     */
    record JobCompleted(
            String job,
            Instant time,
            @Nullable String project,
            JobResult result,
            int workers,
            int succeeded,
            int skipped,
            int failed,
            int cancelled,
            @Nullable String message)
            implements OfJob {
        @Override
        public String type() {
            return "job.completed";
        }
    }

    /**
     * A worker removed a name of an image from its engine, because the standing set that brought it has ended and nothing
     * else on the worker names it. Its id is the same after any crash and repeat.
     *
     * @param job the standing set
     * @param worker the worker's id
     * @param time when it was found to be gone, UTC
     * @param project that the image belonged to in the set, or null
     * @param reference canonical name that was removed
     * @param digest of what it named; null if that is not known
     */
    record ImageRemoved(
            String job,
            String worker,
            Instant time,
            @Nullable String project,
            String reference,
            @Nullable String digest)
            implements PullEvent {
        @Override
        public String type() {
            return "image.removed";
        }

        @Override
        public String id() {
            return EventIds.removed(job, worker, reference);
        }

        @Override
        public String jobId() {
            return job;
        }

        @Override
        public Instant at() {
            return time;
        }
    }

    /** A kind that this version does not know; it survives reading and writing, all other fields in {@code rest}. */
    record Unknown(
            String type,
            String id,
            String job,
            Instant time,
            @JsonAnySetter @JsonAnyGetter Map<String, Object> rest) implements PullEvent {
        /** Settles absent fields. */
        @SuppressWarnings("NullAway")
        public Unknown {
            type = type == null ? "" : type;
            id = id == null ? "" : id;
            job = job == null ? "" : job;
            time = time == null ? Instant.EPOCH : time;
            rest = rest == null ? Map.of() : rest;
        }

        @Override
        public String jobId() {
            return job;
        }

        @Override
        public Instant at() {
            return time;
        }
    }
}
