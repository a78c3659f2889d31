// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

/** Carries a {@link PullFailure} through a future. */
public final class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient PullFailure failure;

    /** With the failure's message. */
    public EngineException(PullFailure failure) {
        super(failure.message());
        this.failure = failure;
    }

    /** What went wrong. */
    public PullFailure failure() {
        return failure;
    }

    /** The failure in any throwable: its own, or an engine error with its text. */
    public static PullFailure failureOf(Throwable t) {
        return t instanceof EngineException e
                ? e.failure()
                : PullFailure.of(dev.pullcast.contract.event.FailureReason.ENGINE_ERROR, String.valueOf(t));
    }
}
