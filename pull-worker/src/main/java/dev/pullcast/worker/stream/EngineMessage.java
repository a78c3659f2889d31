// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.stream;

import org.jspecify.annotations.Nullable;

/**
 * One JSON object of an engine's pull stream, understood. The shapes are those of Docker's
 * {@code api/types/jsonstream} as Docker 20.10 to 29 and Podman 4.3 to 5.8 write them.
 *
 * <p>None of them means success: a pull succeeded when the body ended properly without a {@link Failure}, and the image
 * is there.
 */
public sealed interface EngineMessage {
    /**
     * Speaks of one layer, or of another blob that the engine shows like one (Podman: the image's configuration).
     *
     * @param id the first 12 hex digits of the blob's digest
     * @param step what is being done
     * @param current bytes so far of this step; null where not said
     * @param total bytes in all of this step, always above 0; null where not said. After a retry Docker's is what was
     *     left
     * @param seconds for how long it is being extracted (containerd image store), or until the next try
     *     ({@link LayerStep#RETRYING}); else null
     */
    record LayerMessage(
            String id,
            LayerStep step,
            @Nullable Long current,
            @Nullable Long total,
            @Nullable Long seconds) implements EngineMessage {}

    /**
     * First line of Docker's stream; Podman has none.
     *
     * @param repository path without the registry
     * @param id the tag or digest asked for: not a layer
     */
    record PullingFrom(String repository, String id) implements EngineMessage {}

    /**
     * The manifest's or index's digest, near the end of Docker's stream; Podman says none.
     *
     * @param digest as {@code sha256:…}
     */
    record Digest(String digest) implements EngineMessage {}

    /**
     * Docker's last line of a pull that went well; Podman has none.
     *
     * @param status what follows {@code Status: }, as {@code Downloaded newer image for alpine:3}
     */
    record Finished(String status) implements EngineMessage {}

    /**
     * The pull failed, although the HTTP status may have been 200.
     *
     * @param message the engine's own words; may hold secrets of a URL, so clean it before it leaves the worker
     */
    record Failure(String message) implements EngineMessage {}

    /**
     * Anything else: warnings, and what later engines may say.
     *
     * @param text for a log
     */
    record Note(String text) implements EngineMessage {}
}
