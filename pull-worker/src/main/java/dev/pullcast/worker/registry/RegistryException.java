// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A question to a registry that has no answer. Its message has no secrets and nothing that the registry wrote. */
public final class RegistryException extends IOException {
    private static final long serialVersionUID = 1;

    private final Refusal refusal;
    private final @Nullable Duration retryAfter;

    RegistryException(Refusal refusal, String message) {
        this(refusal, message, null);
    }

    RegistryException(Refusal refusal, String message, @Nullable Duration retryAfter) {
        super(message);
        this.refusal = refusal;
        this.retryAfter = retryAfter;
    }

    /** The kind of reason. */
    public Refusal refusal() {
        return refusal;
    }

    /** The pause that the registry asks for with {@link Refusal#LIMITED}; null if it names none. */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }
}
