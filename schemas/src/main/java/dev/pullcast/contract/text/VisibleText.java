// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.text;

import java.util.HexFormat;

/**
 * Text of strangers on its way to a terminal, a log or a message. Unsafe are control characters (C0 with ESC, C1 with
 * CSI, DEL), format characters (bidirectional overrides, zero-width characters), line and paragraph separators, and
 * halves of surrogate pairs: each of them can move a cursor, forge a line or show a text as another.
 *
 * @see <a href="https://www.unicode.org/reports/tr36/">UTR 36, Unicode Security Considerations</a>
 */
public final class VisibleText {
    private VisibleText() {}

    /** Whether a code point is unsafe to show. */
    public static boolean isUnsafe(int codePoint) {
        if (codePoint < 0x7F) {
            return codePoint < 0x20;
        }
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }

    /** Whether a text has an unsafe character. */
    public static boolean hasUnsafe(String text) {
        return text.codePoints().anyMatch(VisibleText::isUnsafe);
    }

    /** The text with each unsafe character replaced by another one. */
    public static String masked(String text, char replacement) {
        if (!hasUnsafe(text)) {
            return text;
        }
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints().forEach(c -> shown.appendCodePoint(isUnsafe(c) ? replacement : c));
        return shown.toString();
    }

    /** The text on one line: each run of unsafe characters is one blank, and none at its ends. */
    public static String oneLine(String text) {
        if (!hasUnsafe(text)) {
            return text.strip();
        }
        StringBuilder line = new StringBuilder(text.length());
        boolean inRun = false;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            boolean unsafe = isUnsafe(c);
            if (!unsafe) {
                line.appendCodePoint(c);
            } else if (!inRun) {
                line.append(' ');
            }
            inRun = unsafe;
        }
        return line.toString().strip();
    }

    /** A JSON text with its unsafe characters as escapes. They can stand in strings only, so it means the same. */
    public static String escapedJson(String json) {
        if (!hasUnsafe(json)) {
            return json;
        }
        StringBuilder escaped = new StringBuilder(json.length() + 16);
        json.codePoints().forEach(c -> {
            if (!isUnsafe(c) || c == '\n' || c == '\r' || c == '\t') {
                escaped.appendCodePoint(c);
            } else {
                for (char unit : Character.toChars(c)) {
                    escaped.append("\\u").append(HexFormat.of().toHexDigits(unit));
                }
            }
        });
        return escaped.toString();
    }

    /** The text cut after a number of characters, never within a surrogate pair, with an ellipsis where it was longer. */
    public static String cut(String text, int maxLength) {
        if (text.length() <= maxLength) {
            return text;
        }
        int end = maxLength > 0 && Character.isHighSurrogate(text.charAt(maxLength - 1)) ? maxLength - 1 : maxLength;
        return text.substring(0, end) + "…";
    }
}
