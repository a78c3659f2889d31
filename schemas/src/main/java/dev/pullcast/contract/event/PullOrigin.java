// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What every event of a pull says about where it comes from. Its fields stand in the event's own JSON object.
 *
 * @param job the job's id
 * @param worker the worker's id
 * @param pull identifies the image and platform within the job: {@link dev.pullcast.contract.job.PullId}
 * @param incarnation one run of the worker process; a restart has another
 * @param image as asked for
 * @param reference canonical: {@code docker.io/library/alpine:3.20}
 * @param platform {@code os/arch[/variant]}, or null for the engine's own
 * @param project whom the pull belongs to, or null
 * @param attempt calls to the engine so far, the first is 1; 0 before the first
 * @param engineRetry the engine's own retries within the attempt, from 0
 * @param seq grows by one for each event of this pull and incarnation, from 1
 * @param time when it happened, UTC
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
@JsonPropertyOrder({"job", "worker", "pull", "incarnation", "image", "reference"})
public record PullOrigin(
        String job,
        String worker,
        String pull,
        String incarnation,
        String image,
        String reference,
        @Nullable String platform,
        @Nullable String project,
        int attempt,
        int engineRetry,
        long seq,
        Instant time) {}
