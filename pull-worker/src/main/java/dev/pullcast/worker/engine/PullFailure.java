// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.event.FailureReason;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why something with the engine failed: an expected failure, a value.
 *
 * @param reason its class
 * @param retryable whether trying again can help; mostly the reason's own
 * @param message the engine's own words, or ours where it has none; no secrets
 * @param retryAfter how long the registry asked to wait, or null
 */
public record PullFailure(
        FailureReason reason,
        boolean retryable,
        String message,
        @Nullable Duration retryAfter) {

    /** A failure that can heal if its reason can. */
    public static PullFailure of(FailureReason reason, String message) {
        return new PullFailure(reason, reason.retryable(), message, null);
    }

    /** What the user can do about it. */
    public String hint() {
        return reason.hint();
    }
}
