// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import dev.pullcast.contract.text.VisibleText;
import java.time.Duration;
import java.util.Locale;

/** Numbers and cuts for terminals. Pure functions; a character counts as one column. */
public final class Text {
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};

    private Text() {}

    /** Decimal units with three significant digits, as docker shows them: {@code 27.1 MB}. */
    public static String bytes(long bytes) {
        int unit = unitOf(bytes);
        return scaled(bytes, unit) + ' ' + UNITS[unit];
    }

    /** Both in the unit of the larger: {@code 12.3/27.1 MB}. */
    static String bytesOf(long current, long total) {
        int unit = unitOf(Math.max(current, total));
        return scaled(current, unit) + '/' + scaled(total, unit) + ' ' + UNITS[unit];
    }

    /** {@code 0.4 s}, {@code 12 s}, {@code 3:05}, {@code 1:00:05}. */
    static String duration(Duration duration) {
        long millis = Math.max(0, duration.toMillis());
        if (millis < 10_000) {
            // Without a formatter, which alone would be a tenth of the time that a command takes.
            long tenths = (millis + 50) / 100;
            return tenths / 10 + "." + tenths % 10 + " s";
        }
        long seconds = millis / 1000;
        return seconds < 60 ? seconds + " s" : clock(seconds);
    }

    /** {@code 0:05}, {@code 12:40}, {@code 1:00:05}. */
    static String clock(long seconds) {
        long hours = seconds / 3600;
        return hours > 0
                ? String.format(Locale.ROOT, "%d:%02d:%02d", hours, seconds / 60 % 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60);
    }

    /** The first twelve hex digits, as docker shows ids. */
    static String shortDigest(String digest) {
        int colon = digest.indexOf(':');
        return digest.substring(colon + 1, Math.min(digest.length(), colon + 13));
    }

    /** Cut at the end. */
    static String cut(String text, int width, Look look) {
        if (text.length() <= width) {
            return text;
        }
        return width < 2 ? text.substring(0, Math.max(0, width)) : text.substring(0, width - 1) + look.ellipsis();
    }

    /** Cut at the start: the end of an image's name says most. */
    static String cutStart(String text, int width, Look look) {
        if (text.length() <= width) {
            return text;
        }
        return width < 2
                ? text.substring(text.length() - Math.max(0, width))
                : look.ellipsis() + text.substring(text.length() - width + 1);
    }

    static String padRight(String text, int width) {
        return text.length() >= width ? text : text + " ".repeat(width - text.length());
    }

    static String padLeft(String text, int width) {
        return text.length() >= width ? text : " ".repeat(width - text.length()) + text;
    }

    /** One line, safe for a terminal: what could move the cursor or turn the text around becomes a blank. */
    static String oneLine(String text) {
        return VisibleText.oneLine(text);
    }

    private static int unitOf(long bytes) {
        int unit = 0;
        // 999.5 would be shown as 1000 of its unit.
        for (double value = bytes; value >= 999.5 && unit < UNITS.length - 1; value /= 1000) {
            unit++;
        }
        return unit;
    }

    private static String scaled(long bytes, int unit) {
        if (unit == 0) {
            return Long.toString(bytes);
        }
        double value = bytes / Math.pow(1000, unit);
        int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
