// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

/**
 * A pattern for names of images: {@code *} is any text, slashes included, {@code ?} any one character.
 *
 * @param text as written
 */
public record Glob(String text) {
    /** Whether the whole name fits. Linear in practice: it goes back only to the last star. */
    public boolean matches(String name) {
        int t = 0;
        int star = -1;
        int resume = 0;
        int n = 0;
        while (n < name.length()) {
            char c = t < text.length() ? text.charAt(t) : 0;
            if (t < text.length() && c == '*') {
                star = t++;
                resume = n;
            } else if (t < text.length() && (c == '?' || c == name.charAt(n))) {
                t++;
                n++;
            } else if (star >= 0) {
                t = star + 1;
                n = ++resume;
            } else {
                return false;
            }
        }
        while (t < text.length() && text.charAt(t) == '*') {
            t++;
        }
        return t == text.length();
    }
}
