// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.worker.engine.EngineException;
import dev.pullcast.worker.engine.PullFailure;

/** A login that was asked for or configured and cannot be had fails the pull: it is never pulled anonymously instead. */
final class Failures {
    private Failures() {}

    /** What a person has to put right. */
    static EngineException auth(String message) {
        return new EngineException(PullFailure.of(FailureReason.AUTH, message));
    }

    /** What may be right at the next attempt. */
    static EngineException passing(String message) {
        return new EngineException(new PullFailure(FailureReason.AUTH, true, message, null));
    }
}
