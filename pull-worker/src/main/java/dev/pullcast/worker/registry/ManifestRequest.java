// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import dev.pullcast.worker.engine.RegistryAuth;
import dev.pullcast.worker.engine.RegistryRules;
import org.jspecify.annotations.Nullable;

/**
 * A manifest, and the registry that has it.
 *
 * @param server {@code host[:port]} of the registry's API
 * @param repository without the registry
 * @param reference tag or digest, of an image or of an index
 * @param auth null for none
 * @param rules how the engine treats registries
 * @param mirror whether the engine is set up to ask this server in the registry's place
 * @param plain whether it does so over http
 * @param engineIsHere whether loopback addresses mean the same to the engine and to this process
 */
public record ManifestRequest(
        String server,
        String repository,
        String reference,
        @Nullable RegistryAuth auth,
        RegistryRules rules,
        boolean mirror,
        boolean plain,
        boolean engineIsHere) {}
