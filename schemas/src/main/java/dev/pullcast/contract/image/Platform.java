// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.image;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an image runs on, as OCI's image index names it, normalised as containerd does
 * (github.com/containerd/platforms): {@code Linux/x86_64} is {@code linux/amd64}, {@code linux/arm64/v8} is
 * {@code linux/arm64}, {@code linux/arm} is {@code linux/arm/v7}. Equal platforms are equal values.
 *
 * @param os as Go names it: {@code linux}
 * @param architecture as Go names it: {@code amd64}
 * @param variant of the architecture, {@code v7}; or null
 */
public record Platform(
        String os, String architecture, @Nullable String variant) {
    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    /** Normalises the parts. */
    public Platform {
        String givenArchitecture = architecture.toLowerCase(Locale.ROOT);
        os = normalisedOs(os.toLowerCase(Locale.ROOT));
        architecture = normalisedArchitecture(givenArchitecture);
        variant = normalisedVariant(givenArchitecture, variant == null ? "" : variant.toLowerCase(Locale.ROOT));
    }

    /**
     * Reads {@code os/architecture[/variant]}. Both are needed: unlike on one machine, nothing here could say what a
     * lone {@code arm64} would run.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static Platform parse(String text) {
        String[] parts = text.split("/", 4);
        if (parts.length < 2 || parts.length > 3) {
            throw new IllegalArgumentException("invalid platform '" + text + "': write os/architecture[/variant]");
        }
        for (String part : parts) {
            if (!PART.matcher(part).matches()) {
                throw new IllegalArgumentException("invalid platform '" + text + "': '" + part
                        + "' must be 1 to 64 letters, digits, '.', '_' or '-'");
            }
        }
        return new Platform(parts[0], parts[1], parts.length == 3 ? parts[2] : null);
    }

    private static String normalisedOs(String os) {
        return os.equals("macos") ? "darwin" : os;
    }

    private static String normalisedArchitecture(String architecture) {
        return switch (architecture) {
            case "i386" -> "386";
            case "x86_64", "x86-64" -> "amd64";
            case "aarch64" -> "arm64";
            case "armhf", "armel" -> "arm";
            default -> architecture;
        };
    }

    private static @Nullable String normalisedVariant(String givenArchitecture, String variant) {
        String normalised = switch (givenArchitecture) {
            case "i386" -> "";
            case "x86_64", "x86-64", "amd64" -> variant.equals("v1") ? "" : variant;
            case "aarch64", "arm64" ->
                switch (variant) {
                    case "8", "v8", "v8.0" -> "";
                    case "9", "9.0", "v9.0" -> "v9";
                    default -> variant;
                };
            case "armhf" -> "v7";
            case "armel" -> "v6";
            case "arm" ->
                switch (variant) {
                    case "", "7" -> "v7";
                    case "5", "6", "8" -> "v" + variant;
                    default -> variant;
                };
            default -> variant;
        };
        return normalised.isEmpty() ? null : normalised;
    }

    @Override
    public String toString() {
        return os + '/' + architecture + (variant == null ? "" : '/' + variant);
    }
}
