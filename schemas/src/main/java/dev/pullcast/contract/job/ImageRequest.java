// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.job;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * One image of a job. In JSON also a plain string.
 *
 * @param image a reference as people write it: {@code alpine}, {@code ghcr.io/team/app:1@sha256:…}
 * @param platform {@code os/arch[/variant]}; null for the engine's own
 * @param project whom it belongs to; null for the job's
 * @param credentials null for the job's
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record ImageRequest(
        String image,
        @Nullable String platform,
        @Nullable String project,
        @Nullable Credentials credentials) {

    /** Reads the object form. */
    @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
    public ImageRequest(
            @JsonProperty("image") String image,
            @JsonProperty("platform") @Nullable String platform,
            @JsonProperty("project") @Nullable String project,
            @JsonProperty("credentials") @Nullable Credentials credentials) {
        this.image = image;
        this.platform = platform;
        this.project = project;
        this.credentials = credentials;
    }

    /** Reads the string form. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static ImageRequest of(String image) {
        return new ImageRequest(image, null, null, null);
    }
}
