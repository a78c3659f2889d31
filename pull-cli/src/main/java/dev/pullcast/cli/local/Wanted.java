// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.local;

import org.jspecify.annotations.Nullable;

/**
 * An image that somebody wants on this machine's engine.
 *
 * @param image as written
 * @param platform {@code os/arch[/variant]}; null for the engine's own
 * @param when the registry is asked
 */
public record Wanted(String image, @Nullable String platform, When when) {

    /** When the registry is asked for an image; the names that {@code docker run --pull} has for it. */
    public enum When {
        /** If the engine does not have it. */
        MISSING,
        /** Every time. */
        ALWAYS,
        /** Not at all: an image that is not there is a failure. */
        NEVER
    }
}
