// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.local;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.PullId;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Events of pulls that end without any call that could fail: what is there, what is no reference, what is never pulled. */
record LocalEvents(InstantSource clock) {
    static final String JOB = "local";
    static final String WORKER = "local";

    /**
     * A pull that was not refused.
     *
     * @param id {@link PullId}
     */
    record Pull(String id, Wanted wanted, ImageReference reference) {
        /** The name under which the engine has it after a pull. */
        String localName() {
            return reference.digest() == null ? reference.canonical() : reference.name() + '@' + reference.digest();
        }
    }

    PullEvent.Queued queued(Pull pull) {
        return new PullEvent.Queued(origin(pull, 1));
    }

    PullEvent.Skipped skipped(Pull pull, @Nullable String digest) {
        return new PullEvent.Skipped(origin(pull, 2), digest);
    }

    PullEvent.Cancelled cancelled(Pull pull, String why) {
        return new PullEvent.Cancelled(origin(pull, 2), why);
    }

    PullEvent.Failed neverPulled(Pull pull) {
        return failed(
                origin(pull, 2),
                FailureReason.NOT_FOUND,
                "the engine does not have it, and the policy is never to pull it",
                "Pull it with --policy missing, or load it onto the engine.");
    }

    PullEvent.Failed engineError(Pull pull, String message) {
        return failed(origin(pull, 2), FailureReason.ENGINE_ERROR, message, FailureReason.ENGINE_ERROR.hint());
    }

    PullEvent.Failed invalid(Wanted wanted, String message) {
        PullOrigin origin = origin(PullId.of(wanted.image(), wanted.platform()), wanted, wanted.image(), 1);
        return failed(origin, FailureReason.INVALID_REFERENCE, message, FailureReason.INVALID_REFERENCE.hint());
    }

    private static PullEvent.Failed failed(PullOrigin origin, FailureReason reason, String message, String hint) {
        return new PullEvent.Failed(origin, reason, reason.retryable(), 0, message, hint);
    }

    private PullOrigin origin(Pull pull, long seq) {
        return origin(pull.id(), pull.wanted(), pull.reference().canonical(), seq);
    }

    private PullOrigin origin(String id, Wanted wanted, String reference, long seq) {
        return new PullOrigin(
                JOB,
                WORKER,
                id,
                JOB,
                wanted.image(),
                reference,
                wanted.platform(),
                null,
                0,
                0,
                seq,
                clock.instant().truncatedTo(ChronoUnit.MILLIS));
    }
}
