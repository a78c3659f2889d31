// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import java.time.Instant;

/** Why no more is started. */
sealed interface Closing {
    /** When it is closed whether or not all workers have answered. */
    Instant at();

    /** It was cancelled. */
    record Cancelled(Instant at, String message) implements Closing {}

    /** Its deadline passed. */
    record Expired(Instant at) implements Closing {}
}
