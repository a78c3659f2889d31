// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.sizes;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.worker.engine.RegistryAuth;
import dev.pullcast.worker.progress.ExpectedSizes;
import io.vertx.core.Future;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Tells the sizes of an image's layers in advance, where that is cheap. */
public interface LayerSizes {
    /** Never asks anybody. */
    LayerSizes NONE = (_, _, _) -> Future.succeededFuture(new Answer.Unknown("not wanted"));

    /**
     * Asks.
     *
     * @param platform {@code os/arch[/variant]}; null for the engine's own
     * @param auth that the engine uses for the same image; null for none
     * @return never fails; completes on the caller's context
     */
    Future<Answer> find(ImageReference reference, @Nullable String platform, @Nullable RegistryAuth auth);

    /** What came of it. */
    sealed interface Answer {
        /** The sizes of all layers. */
        record Known(ExpectedSizes sizes) implements Answer {}

        /**
         * The registry wants to be left alone.
         *
         * @param retryAfter as it said, or null
         */
        record Limited(@Nullable Duration retryAfter) implements Answer {}

        /**
         * They cannot be had, which is no failure.
         *
         * @param why for the debug log; no secrets
         */
        record Unknown(String why) implements Answer {}
    }

    /** Whether to ask registries at all. */
    enum Mode {
        /** Wherever it costs nothing: not Docker Hub itself, which counts a manifest that is read as a pull. */
        AUTO,
        /** Docker Hub, too. */
        ALWAYS,
        /** Not at all. */
        NEVER;

        /**
         * Reads a setting's value.
         *
         * @throws IllegalArgumentException for anything but {@code auto}, {@code always} and {@code never}
         */
        public static Mode of(String text) {
            return switch (text) {
                case "auto" -> AUTO;
                case "always" -> ALWAYS;
                case "never" -> NEVER;
                default -> throw new IllegalArgumentException("'" + text + "' must be auto, always or never");
            };
        }
    }
}
