// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which workers were seen with an image, as far as the ends of pulls tell. What was removed from a worker later is not
 * known: {@code seenAt} says how old the news is.
 *
 * @param reference canonical
 * @param workers sorted by worker, the newest first within one
 */
public record ImageView(String reference, List<OnWorker> workers) {
    /**
     * The image on one worker.
     *
     * @param worker id
     * @param live whether the worker's heartbeat is fresh
     * @param platform as asked for; null for the engine's own
     * @param project of the pull that tells, or null
     * @param digest that the worker found
     * @param seenAt when the worker found it, UTC
     * @param job that pulled it or found it there
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record OnWorker(
            String worker,
            boolean live,
            @Nullable String platform,
            @Nullable String project,
            String digest,
            Instant seenAt,
            String job) {}
}
