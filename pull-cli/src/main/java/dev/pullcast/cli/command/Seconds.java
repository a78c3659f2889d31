// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Spans of time as typed: {@code 90}, {@code 90s}, {@code 15m}, {@code 2h}; whole seconds, at least one. */
final class Seconds implements ITypeConverter<Duration> {
    private static final Pattern SPAN = Pattern.compile("([0-9]{1,6})([smh]?)");

    @Override
    public Duration convert(String text) {
        Matcher matcher = SPAN.matcher(text);
        Duration span = Duration.ZERO;
        if (matcher.matches()) {
            long number = Long.parseLong(matcher.group(1));
            span = switch (matcher.group(2)) {
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                default -> Duration.ofSeconds(number);
            };
        }
        if (span.isZero()) {
            throw new TypeConversionException("'" + text + "' is no span of time; write 90, 90s, 15m or 2h");
        }
        return span;
    }
}
