// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.job;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The identity of a pull within a job and worker: equal reference and platform are one pull. */
public final class PullId {
    private PullId() {}

    /**
     * 16 hex digits of the SHA-256 of {@code reference|platform}.
     *
     * @param reference canonical
     * @param platform null for the engine's own
     */
    public static String of(String reference, @Nullable String platform) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest((reference + '|' + (platform == null ? "" : platform)).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
