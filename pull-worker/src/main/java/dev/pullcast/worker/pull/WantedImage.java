// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.worker.engine.ImageFacts;
import dev.pullcast.worker.engine.PullFailure;
import org.jspecify.annotations.Nullable;

/**
 * What the engine must have when a pull is over.
 *
 * @param platform null for the engine's own
 */
record WantedImage(ImageReference reference, @Nullable String platform) {
    /** The name under which the engine has it after a pull, before it is tagged. */
    String localName() {
        return reference.digest() == null ? reference.canonical() : reference.name() + '@' + reference.digest();
    }

    /** What is wrong with what the engine has, or null. */
    @Nullable
    PullFailure mismatch(ImageFacts facts) {
        String pinned = reference.digest();
        String digest = facts.digestOf(reference);
        if (pinned != null && digest != null && !pinned.equals(digest)) {
            return PullFailure.of(
                    FailureReason.DIGEST_MISMATCH, "the engine has " + digest + ", but " + pinned + " was asked for");
        }
        if (!isPlatformOf(facts)) {
            return PullFailure.of(
                    FailureReason.NO_PLATFORM,
                    "the engine pulled an image for " + facts.os() + "/" + facts.architecture() + ", but " + platform
                            + " was asked for");
        }
        return null;
    }

    /** Engines pull an image of one foreign platform without a word, so look. */
    boolean isPlatformOf(ImageFacts facts) {
        String has = facts.os() + "/" + facts.architecture();
        return platform == null
                || facts.architecture().isEmpty()
                || platform.equals(has)
                || platform.startsWith(has + "/");
    }
}
