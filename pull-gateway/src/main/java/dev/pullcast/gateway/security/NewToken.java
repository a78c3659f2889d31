// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A token that did not exist before: 256 random bits, with a prefix by which scanners of sources know it.
 *
 * @param token for whoever uses it; to be kept secret
 * @param hash for the gateway's file: {@code sha256:} and 64 hexadecimal digits
 */
public record NewToken(String token, String hash) {
    private static final String PREFIX = "pct_";
    private static final int BYTES = 32;

    /** Makes one. */
    public static NewToken make() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        String token = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        return new NewToken(token, hashOf(token));
    }

    /** What stands in the gateway's file for a token. */
    public static String hashOf(String token) {
        return "sha256:" + HexFormat.of().formatHex(StaticTokens.sha256(token));
    }

    @Override
    public String toString() {
        return "NewToken[" + hash + "]";
    }
}
