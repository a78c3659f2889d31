// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

/** Somebody who wants to know how a pull goes on. */
public interface PullFollower {
    /**
     * The next step.
     *
     * @param attempt calls to the engine so far
     * @param engineRetry the engine's own retries within the attempt
     */
    void on(PullStep step, int attempt, int engineRetry);
}
