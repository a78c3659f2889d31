// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.image.ImageReference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image that is on the engine.
 *
 * @param id the engine's own
 * @param repoDigests {@code name@digest} for each repository it came from
 * @param os of the image; empty if it does not say
 * @param architecture of the image; empty if it does not say
 */
public record ImageFacts(String id, List<String> repoDigests, String os, String architecture) {
    /** Settles the list. */
    public ImageFacts {
        repoDigests = List.copyOf(repoDigests);
    }

    /** The digest under which the image came from the reference's repository; null if it did not. */
    public @Nullable String digestOf(ImageReference reference) {
        String first = null;
        for (String repoDigest : repoDigests) {
            ImageReference candidate;
            try {
                candidate = ImageReference.parse(repoDigest);
            } catch (ImageReference.InvalidReference e) {
                continue; // engines write "<none>@<none>" for images without a name
            }
            if (candidate.name().equals(reference.name())) {
                if (candidate.digest() != null && candidate.digest().equals(reference.digest())) {
                    return candidate.digest();
                }
                first = first == null ? candidate.digest() : first;
            }
        }
        return first;
    }
}
