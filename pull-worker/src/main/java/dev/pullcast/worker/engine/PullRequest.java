// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.image.ImageReference;
import org.jspecify.annotations.Nullable;

/**
 * One pull, as the engine is asked for it.
 *
 * @param reference what; always with a tag or a digest
 * @param platform {@code os/arch[/variant]}; null for the engine's own
 * @param auth for the registry; null for an anonymous pull
 */
public record PullRequest(
        ImageReference reference,
        @Nullable String platform,
        @Nullable RegistryAuth auth) {}
