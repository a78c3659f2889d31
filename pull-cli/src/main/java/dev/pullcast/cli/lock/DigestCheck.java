// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.lock;

import dev.pullcast.cli.render.PullLine;
import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.image.ImageReference.InvalidReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Fails a pull that ended well with another digest than its image is pinned to, or was locked with. An image with neither
 * is let through.
 *
 * @param locked what a lock file says
 */
public record DigestCheck(LockFile locked) implements UnaryOperator<PullLine> {
    @Override
    public PullLine apply(PullLine pull) {
        if (!pull.isPresent()) {
            return pull;
        }
        String expected = expectedOf(pull.image());
        String digest = pull.digest();
        if (expected == null || expected.equals(digest)) {
            return pull;
        }
        String has = digest == null ? "an image without a digest" : digest;
        return pull.withStatus(new PullLine.Status.Failed(
                FailureReason.DIGEST_MISMATCH,
                "the engine has " + has + ", but " + expected + " is expected",
                FailureReason.DIGEST_MISMATCH.hint()));
    }

    /** Whether there is nothing to check an image against; false for what is no reference. */
    public boolean knowsNothingOf(String image) {
        try {
            return expectedOf(image) == null;
        } catch (InvalidReference e) {
            return false;
        }
    }

    private @Nullable String expectedOf(String image) {
        ImageReference reference = ImageReference.parse(image);
        return reference.digest() != null
                ? reference.digest()
                : locked.digests().get(LockFile.keyOf(reference));
    }
}
