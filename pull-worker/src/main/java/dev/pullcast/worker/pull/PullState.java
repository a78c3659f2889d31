// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import dev.pullcast.worker.engine.EngineClient.EngineCall;
import dev.pullcast.worker.engine.RegistryAuth;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Where a {@link PullRun} is, with what is valid only there. */
sealed interface PullState {
    /** Not started: waits for a slot. */
    record Waiting() implements PullState {}

    /** Looks whether the engine has the image. */
    record Inspecting() implements PullState {}

    /** Looks for credentials before an attempt. */
    record Preparing() implements PullState {}

    /**
     * The engine is at work.
     *
     * @param login that it was given, or null
     */
    record Pulling(EngineCall call, Instant since, @Nullable RegistryAuth login) implements PullState {}

    /** The engine says it is done; looks whether that is true. */
    record Checking() implements PullState {}

    /** An attempt failed; the timer starts the next one. */
    record BackingOff(long timer) implements PullState {}

    /** Followers have been told the end. */
    record Over() implements PullState {}
}
