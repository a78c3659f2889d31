// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request to have images on workers. Names and meanings follow Kubernetes Jobs and image-pull-job controllers.
 *
 * @param id ULID or UUIDv7, the producer's; the same id twice is one job
 * @param images at least one
 * @param pullPolicy default {@code IfNotPresent}
 * @param target default: all workers
 * @param parallelism pulls at once per worker; null for the worker's own bound
 * @param backoffLimit retries per pull; null for the worker's own
 * @param timeoutSeconds per attempt; null for the worker's own
 * @param activeDeadlineSeconds for the whole job from its acceptance, default 3600
 * @param rollout how it spreads over its workers; default: all at once
 * @param keeping what stays of it after its end; default: nothing
 * @param imagePull what Clabernetes' topologies say of pulling; default: nothing special
 * @param credentials for images that name none; null for what the worker finds in its own files
 * @param project whom it belongs to; null for nobody
 * @param labels for whoever looks at jobs; not interpreted
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
@JsonPropertyOrder({"kind", "id", "images"})
public record PullJob(
        String id,
        List<ImageRequest> images,
        PullPolicy pullPolicy,
        Target target,
        @Nullable Integer parallelism,
        @Nullable Integer backoffLimit,
        @Nullable Integer timeoutSeconds,
        int activeDeadlineSeconds,
        @JsonUnwrapped Rollout rollout,
        @JsonUnwrapped Keeping keeping,
        @JsonUnwrapped ImagePull imagePull,
        @Nullable Credentials credentials,
        @Nullable String project,
        Map<String, String> labels)
        implements JobRecord {

    /** Seconds until a job is closed when it does not say. */
    public static final int DEFAULT_ACTIVE_DEADLINE_SECONDS = 3600;

    /** Settles absent fields. */
    @SuppressWarnings("NullAway") // Jackson passes null for an absent field
    public PullJob {
        images = images == null ? List.of() : List.copyOf(images);
        pullPolicy = pullPolicy == null ? PullPolicy.IF_NOT_PRESENT : pullPolicy;
        target = target == null ? Target.EVERYBODY : target;
        activeDeadlineSeconds = activeDeadlineSeconds == 0 ? DEFAULT_ACTIVE_DEADLINE_SECONDS : activeDeadlineSeconds;
        keeping = keeping == null ? Keeping.NONE : keeping;
        rollout = rollout == null ? Rollout.AT_ONCE : rollout;
        imagePull = imagePull == null ? ImagePull.USUAL : imagePull;
        labels = labels == null ? Map.of() : Map.copyOf(labels);
    }

    /**
     * The one project that all of it belongs to; null if that is none or several. Events of the job name it, and only
     * those who may see everything see what belongs to several.
     */
    public @Nullable String soleProject() {
        @Nullable String sole = images.isEmpty() ? project : projectOf(images.getFirst());
        for (ImageRequest image : images) {
            if (!Objects.equals(sole, projectOf(image))) {
                return null;
            }
        }
        return project == null || project.equals(sole) ? sole : null;
    }

    private @Nullable String projectOf(ImageRequest image) {
        return image.project() == null ? project : image.project();
    }

    /** The same for a project. */
    public PullJob withProject(String owner) {
        return new PullJob(
                id,
                images,
                pullPolicy,
                target,
                parallelism,
                backoffLimit,
                timeoutSeconds,
                activeDeadlineSeconds,
                rollout,
                keeping,
                imagePull,
                credentials,
                owner,
                labels);
    }

    /** A job with everything at its default. */
    public static PullJob of(String id, List<ImageRequest> images) {
        return new PullJob(
                id,
                images,
                PullPolicy.IF_NOT_PRESENT,
                Target.EVERYBODY,
                null,
                null,
                null,
                DEFAULT_ACTIVE_DEADLINE_SECONDS,
                Rollout.AT_ONCE,
                Keeping.NONE,
                ImagePull.USUAL,
                null,
                null,
                Map.of());
    }

    /** For images that name no credentials: the job's own, else its pull secret; null for neither. */
    public @Nullable Credentials login() {
        if (credentials != null || imagePull.pullSecrets().isEmpty()) {
            return credentials;
        }
        return new Credentials(imagePull.pullSecrets().getFirst(), null);
    }
}
