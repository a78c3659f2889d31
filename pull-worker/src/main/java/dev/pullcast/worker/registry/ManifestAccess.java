// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.worker.engine.RegistryAuth;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** The question whether a login may read an image, for images that are present already. */
public interface ManifestAccess {
    /**
     * Asks the image's own registry, by {@code HEAD} of the manifest, which no registry counts as a pull.
     *
     * @param auth null for no login
     * @return never fails; completes on the caller's context, after the settings' time-out at most
     */
    Future<Answer> mayRead(ImageReference reference, @Nullable RegistryAuth auth);

    /** The registry's word. */
    sealed interface Answer {
        /**
         * The login may read it.
         *
         * @param digest that the registry names; null if it names none
         */
        record Granted(@Nullable String digest) implements Answer {}

        /** The login may not, or the image does not exist: registries do not tell one from the other. */
        record Denied() implements Answer {}

        /**
         * The registry could not be asked, or gave no answer that can be used.
         *
         * @param why without secrets and without text of the registry
         */
        record Unknown(String why) implements Answer {}
    }
}
