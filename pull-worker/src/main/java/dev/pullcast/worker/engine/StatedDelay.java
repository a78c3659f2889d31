// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How long a registry asks to wait, inside an engine's words: {@code Retry-After: 60}, {@code retry-after: 824.5ms}. */
final class StatedDelay {
    private static final int MAX_DIGITS = 9;
    /** Between the words and the number: quote, colon, blank. */
    private static final int MAX_GAP = 4;

    private StatedDelay() {}

    /** The delay; null if the words have none. */
    static @Nullable Duration in(String words) {
        String lower = words.toLowerCase(Locale.ROOT);
        for (int at = lower.indexOf("retry"); at >= 0; at = lower.indexOf("retry", at + 1)) {
            int after = at + "retry".length();
            if (lower.startsWith("-after", after) || lower.startsWith(" after", after)) {
                Duration delay = read(lower, after + "-after".length());
                if (delay != null) {
                    return delay;
                }
            }
        }
        return null;
    }

    private static @Nullable Duration read(String text, int from) {
        int start = from;
        while (start < text.length() && start < from + MAX_GAP && "\"': =".indexOf(text.charAt(start)) >= 0) {
            start++;
        }
        int end = start;
        while (end < text.length() && end < start + MAX_DIGITS && isNumber(text.charAt(end))) {
            end++;
        }
        if (end == start || text.charAt(start) == '.') {
            return null;
        }
        int unit = end < text.length() && text.charAt(end) == ' ' ? end + 1 : end;
        int unitEnd = unit;
        while (unitEnd < text.length() && text.charAt(unitEnd) >= 'a' && text.charAt(unitEnd) <= 'z') {
            unitEnd++;
        }
        try {
            return Duration.ofNanos(
                    Math.round(Double.parseDouble(text.substring(start, end)) * nanos(text.substring(unit, unitEnd))));
        } catch (NumberFormatException e) {
            return null; // as 1.2.3
        }
    }

    private static double nanos(String unit) {
        return switch (unit) {
            case "ms", "millisecond", "milliseconds" -> 1e6;
            case "m", "min", "minute", "minutes" -> 60e9;
            case "h", "hour", "hours" -> 3600e9;
            default -> 1e9;
        };
    }

    private static boolean isNumber(char c) {
        return (c >= '0' && c <= '9') || c == '.';
    }
}
