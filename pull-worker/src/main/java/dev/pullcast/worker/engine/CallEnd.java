// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

/** How one call to the engine ended. */
public sealed interface CallEnd {
    /** The stream ended as it should, and no message was an error. The image still has to be looked at. */
    record Clean() implements CallEnd {}

    /** Something went wrong. */
    record Broken(PullFailure failure) implements CallEnd {}
}
