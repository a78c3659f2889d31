// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.image;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an image runs on, as OCI's image index names it.
 *
 * @param os as Go names it: {@code linux}
 * @param architecture as Go names it: {@code amd64}
 * @param variant of the architecture, {@code v8}; or null
 */
public record Platform(
        String os, String architecture, @Nullable String variant) {
    private static final Pattern PART = Pattern.compile("[a-z0-9_.-]+");

    /**
     * Reads {@code os/architecture[/variant]}.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static Platform parse(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length < 2 || parts.length > 3) {
            throw new IllegalArgumentException("invalid platform '" + text + "': write os/architecture[/variant]");
        }
        for (String part : parts) {
            if (!PART.matcher(part).matches()) {
                throw new IllegalArgumentException("invalid platform '" + text + "': '" + part
                        + "' must be lower-case letters, digits, '.', '_' or '-'");
            }
        }
        return new Platform(parts[0], parts[1], parts.length == 3 ? parts[2] : null);
    }

    @Override
    public String toString() {
        return os + '/' + architecture + (variant == null ? "" : '/' + variant);
    }
}
