// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.Credentials;
import io.vertx.core.Future;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds credentials at the moment of a pull, so that whatever was rotated is used at the next attempt. */
public interface Keyring {
    /** For engines that need none. */
    Keyring ANONYMOUS = (_, _) -> Future.succeededFuture(Optional.empty());

    /**
     * Looks up what to log in with.
     *
     * @param reference whose registry is meant
     * @param credentials that the job names; null for whatever the worker has
     * @return empty for an anonymous pull; fails with an {@link EngineException} if named credentials cannot be had
     */
    Future<Optional<RegistryAuth>> find(ImageReference reference, @Nullable Credentials credentials);
}
