// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

/** Carries a {@link PullFailure} through a future. */
public final class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient PullFailure failure;
    private final boolean refusal;

    /** With the failure's message. */
    public EngineException(PullFailure failure) {
        this(failure, false);
    }

    private EngineException(PullFailure failure, boolean refusal) {
        super(failure.message());
        this.failure = failure;
        this.refusal = refusal;
    }

    /** Of a call that something before the engine does not allow. */
    static EngineException refusal(PullFailure failure) {
        return new EngineException(failure, true);
    }

    /** Whether something before the engine, as a socket proxy, did not let a call pass. */
    public static boolean isRefusal(Throwable t) {
        return t instanceof EngineException e && e.refusal;
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
