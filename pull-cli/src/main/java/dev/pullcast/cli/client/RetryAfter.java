// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The header {@code Retry-After}: seconds, or one of the three forms of an HTTP-date (RFC 9110, 10.2.3 and 5.6.7). */
final class RetryAfter {
    private static final int MAX_DIGITS = 9;
    private static final int MAX_LENGTH = 64;
    private static final List<DateTimeFormatter> DATES = List.of(
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US),
            new DateTimeFormatterBuilder()
                    .appendPattern("EEEE, dd-MMM-")
                    .appendValueReduced(ChronoField.YEAR, 2, 2, 2000)
                    .appendPattern(" HH:mm:ss 'GMT'")
                    .toFormatter(Locale.US),
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.US));

    private RetryAfter() {}

    /** How long to wait from now; null for no header, or one that is neither seconds nor a date. */
    static @Nullable Duration read(@Nullable String value, Instant now) {
        if (value == null || value.length() > MAX_LENGTH) {
            return null;
        }
        String text = value.strip();
        if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Duration.ofSeconds(text.length() > MAX_DIGITS ? Integer.MAX_VALUE : Long.parseLong(text));
        }
        for (DateTimeFormatter form : DATES) {
            try {
                Instant at = form.withZone(ZoneOffset.UTC).parse(text, Instant::from);
                return at.isAfter(now) ? Duration.between(now, at) : Duration.ZERO;
            } catch (DateTimeException e) {
                // Another of the forms.
            }
        }
        return null;
    }
}
