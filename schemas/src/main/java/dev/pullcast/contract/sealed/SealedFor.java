// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.sealed;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * The one use that a login is sealed for, besides its registry. The claims stand in the sealed content, beside the login,
 * so that nothing that passes through Kafka can change them.
 *
 * @param job id of the job, or of the standing set that its jobs are made for
 * @param project that the image belongs to; null for none
 * @param image canonical reference
 * @param expires when it is of no more use, in seconds since 1970 as in a JWT
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record SealedFor(
        @Nullable String job,
        @Nullable String project,
        @Nullable String image,
        @JsonProperty("exp") long expires) {}
