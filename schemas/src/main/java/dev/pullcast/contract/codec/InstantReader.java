// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.codec;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.ext.javatime.deser.InstantDeserializer;

/**
 * Reads times as we write them, {@code 2026-01-31T12:00:00.123Z}: the general way took a quarter of the time of reading an
 * event when a gateway starts. Whatever looks otherwise goes the general way.
 */
final class InstantReader extends StdDeserializer<Instant> {
    /** {@code 2026-01-31T12:00:00}. */
    private static final int SECONDS = 19;

    private static final int NANO_DIGITS = 9;
    private static final long SECONDS_OF_DAY = 86_400;

    InstantReader() {
        super(Instant.class);
    }

    @Override
    public Instant deserialize(JsonParser parser, DeserializationContext context) {
        Instant read = parser.hasToken(JsonToken.VALUE_STRING) ? read(parser.getString()) : null;
        return read != null ? read : InstantDeserializer.INSTANT.deserialize(parser, context);
    }

    /** Null if it is not exactly of our form. */
    static @Nullable Instant read(String text) {
        int end = text.length() - 1;
        if (end < SECONDS
                || end == SECONDS + 1
                || end > SECONDS + 1 + NANO_DIGITS
                || text.charAt(end) != 'Z'
                || text.charAt(4) != '-'
                || text.charAt(7) != '-'
                || text.charAt(10) != 'T'
                || text.charAt(13) != ':'
                || text.charAt(16) != ':'
                || (end > SECONDS && text.charAt(SECONDS) != '.')) {
            return null;
        }
        int hour = number(text, 11, 13);
        int minute = number(text, 14, 16);
        int second = number(text, 17, SECONDS);
        int nano = end == SECONDS ? 0 : number(text, SECONDS + 1, end);
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 || nano < 0) {
            return null;
        }
        for (int digits = Math.max(0, end - SECONDS - 1); digits < NANO_DIGITS; digits++) {
            nano *= 10;
        }
        try {
            long day = LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10))
                    .toEpochDay();
            return Instant.ofEpochSecond(day * SECONDS_OF_DAY + (hour * 60L + minute) * 60 + second, nano);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Negative if there is anything but digits. */
    private static int number(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }
}
