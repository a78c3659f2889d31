// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.tenants;

import dev.pullcast.contract.image.ImageReference;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A pattern for references of images in their canonical form. The registry's part is matched alone, so that a star in it
 * never reaches into the path: {@code *.example.com/*} does not allow {@code evil.io/a.example.com/b}.
 *
 * @param text as written
 * @param registry pattern for the host with its port, in lower case, without {@code :443}
 * @param path pattern for the repository below it; a star matches slashes, too
 * @param tag pattern for the tag; null where any tag and any digest will do
 * @param digest pattern for the digest; null as before
 */
record ImagePattern(
        String text,
        String registry,
        String path,
        @Nullable String tag,
        @Nullable String digest) {
    private static final String HTTPS = ":443";

    /** Reads a pattern. @throws IllegalArgumentException for an empty part */
    static ImagePattern of(String text) {
        int slash = text.indexOf('/');
        String registry = slash < 0 ? text : text.substring(0, slash);
        String rest = slash < 0 ? "*" : text.substring(slash + 1);
        String digest = null;
        String tag = null;
        int at = rest.indexOf('@');
        if (at >= 0) {
            digest = rest.substring(at + 1);
            rest = rest.substring(0, at);
        }
        int colon = rest.lastIndexOf(':');
        if (colon >= 0) {
            tag = rest.substring(colon + 1);
            rest = rest.substring(0, colon);
        }
        if (registry.isEmpty() || rest.isEmpty() || "".equals(tag) || "".equals(digest)) {
            throw new IllegalArgumentException("write registry, or registry/path with :tag or @digest behind it");
        }
        return new ImagePattern(text, host(registry), rest, tag, digest);
    }

    private static String host(String registry) {
        String lower = registry.toLowerCase(Locale.ROOT);
        String bare = lower.endsWith(HTTPS) ? lower.substring(0, lower.length() - HTTPS.length()) : lower;
        return bare.equals("index.docker.io") ? "docker.io" : bare;
    }

    boolean isEverything() {
        return text.equals("*");
    }

    /** Whether a reference is meant. By a digest an engine pulls whatever the tag says, so that a tag allows none. */
    boolean matches(ImageReference reference) {
        return fits(registry, host(reference.domain()))
                && fits(path, reference.path())
                && (tag == null || digest != null || reference.digest() == null)
                && (tag == null || (reference.tag() != null && fits(tag, reference.tag())))
                && (digest == null || (reference.digest() != null && fits(digest, reference.digest())));
    }

    /** Star and question mark alone; it goes back only to the last star. */
    private static boolean fits(String pattern, String text) {
        int p = 0;
        int star = -1;
        int resume = 0;
        int t = 0;
        while (t < text.length()) {
            char c = p < pattern.length() ? pattern.charAt(p) : 0;
            if (p < pattern.length() && c == '*') {
                star = p++;
                resume = t;
            } else if (p < pattern.length() && (c == '?' || c == text.charAt(t))) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
