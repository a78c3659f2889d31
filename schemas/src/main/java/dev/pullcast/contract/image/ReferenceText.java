// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.image;

import dev.pullcast.contract.text.VisibleText;

/**
 * References as they were written, for messages, logs and events. A name that is written like a URL may hold a login:
 * {@code user:secret@registry/app}, {@code https://user:secret@registry/app}. What stands before an {@code @} that no
 * digest follows is therefore never repeated. Pure.
 */
public final class ReferenceText {
    private static final String HIDDEN = "***";
    private static final int MAX_SHOWN = 300;

    private ReferenceText() {}

    /** The text without what may be a login. The same text where there is none. */
    public static String redacted(String text) {
        int at = lastAtWithoutDigest(text);
        return at <= 0 || text.substring(0, at).equals(HIDDEN) ? text : HIDDEN + text.substring(at);
    }

    /** Whether {@link #redacted} takes something away. */
    public static boolean hasSecret(String text) {
        return !redacted(text).equals(text);
    }

    /** Every word of a longer text without what may be a login; white space, quotes and brackets divide words. */
    public static String redactedWords(String text) {
        if (text.indexOf('@') < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || dividesWords(text.charAt(i))) {
                out.append(redacted(text.substring(start, i)));
                if (i < text.length()) {
                    out.append(text.charAt(i));
                }
                start = i + 1;
            }
        }
        return out.toString();
    }

    /** As it may stand in a message: redacted, bounded, on one line. */
    public static String shown(String text) {
        return VisibleText.masked(VisibleText.cut(redacted(text), MAX_SHOWN), '?');
    }

    private static int lastAtWithoutDigest(String text) {
        int at = text.lastIndexOf('@');
        while (at > 0 && ImageReference.isDigest(text.substring(at + 1))) {
            at = text.lastIndexOf('@', at - 1);
            // Of name@digest@digest only the last one ends the text: the one before is no digest of it.
        }
        return at;
    }

    private static boolean dividesWords(char c) {
        return Character.isWhitespace(c) || "'\"`()<>[]{}".indexOf(c) >= 0;
    }
}
