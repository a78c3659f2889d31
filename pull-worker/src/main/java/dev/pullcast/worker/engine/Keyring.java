// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.Credentials;
import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds credentials at the moment of a pull, so that whatever was rotated is used at the next attempt. */
public interface Keyring {
    /** For engines that need none. */
    Keyring ANONYMOUS = _ -> Future.succeededFuture(List.of());

    /**
     * The pull that needs a login. All of it comes from the task, which only the coordinator writes.
     *
     * @param reference whose registry is meant
     * @param credentials that the job names or carries; null for whatever the worker has
     * @param project that the pull belongs to, which decides what it may use; null for none
     * @param job its id
     * @param set the standing set that the job was made for; null for none
     */
    record Wanted(
            ImageReference reference,
            @Nullable Credentials credentials,
            @Nullable String project,
            String job,
            @Nullable String set) {}

    /**
     * Looks up what to log in with.
     *
     * @return logins, to be tried in this order while they are refused; empty for an anonymous pull; fails with an
     *     {@link EngineException} if credentials that were asked for or configured cannot be had
     */
    Future<List<RegistryAuth>> find(Wanted wanted);
}
