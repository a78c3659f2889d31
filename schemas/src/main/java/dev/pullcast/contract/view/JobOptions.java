// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.pullcast.contract.job.Credentials;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.PullPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The options that a job was asked for with, so that it can be repeated; fields as in the job. Logins appear by name only.
 *
 * @param credentials name of the login for images that name none
 * @param carriesLogin whether the job brought a login of its own, which is shown nowhere and has to be given again
 * @param images those that have a project or a login of their own
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record JobOptions(
        PullPolicy pullPolicy,
        @Nullable Integer parallelism,
        @Nullable Integer backoffLimit,
        @Nullable Integer timeoutSeconds,
        int activeDeadlineSeconds,
        @Nullable String credentials,
        boolean carriesLogin,
        List<Image> images) {
    /** Settles absent collections. */
    @SuppressWarnings("NullAway") // Jackson passes null for an absent field
    public JobOptions {
        images = images == null ? List.of() : List.copyOf(images);
    }

    /** An image with options of its own. */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Image(
            String image,
            @Nullable String platform,
            @Nullable String project,
            @Nullable String credentials) {}

    /** Those of a job. */
    public static JobOptions of(PullJob job) {
        return new JobOptions(
                job.pullPolicy(),
                job.parallelism(),
                job.backoffLimit(),
                job.timeoutSeconds(),
                job.activeDeadlineSeconds(),
                name(job.credentials()),
                isSealed(job.credentials()) || job.images().stream().anyMatch(image -> isSealed(image.credentials())),
                job.images().stream()
                        .filter(image -> image.project() != null || name(image.credentials()) != null)
                        .map(JobOptions::of)
                        .toList());
    }

    private static Image of(ImageRequest image) {
        return new Image(image.image(), image.platform(), image.project(), name(image.credentials()));
    }

    private static @Nullable String name(@Nullable Credentials credentials) {
        return credentials == null ? null : credentials.name();
    }

    private static boolean isSealed(@Nullable Credentials credentials) {
        return credentials != null && credentials.sealed() != null;
    }
}
