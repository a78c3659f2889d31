// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a client would like (RFC 7240). A preference that is not understood is ignored, as that document asks.
 */
final class Preferences {
    /** More than most proxies let a request stand open. */
    static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    private static final int MAX_DIGITS = 9;

    private Preferences() {}

    /** {@code Prefer: wait=SECONDS}, at most {@link #LONGEST_WAIT}; the first counts. */
    static Optional<Duration> wait(HttpServerRequest request) {
        for (String header : request.headers().getAll("Prefer")) {
            for (List<String> preference : HeaderElements.of(header)) {
                String seconds = seconds(preference.getFirst());
                if (!seconds.isEmpty()) {
                    Duration asked = Duration.ofSeconds(Long.parseLong(seconds));
                    return Optional.of(asked.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : asked);
                }
            }
        }
        return Optional.empty();
    }

    /** The digits of {@code wait=SECONDS}, with or without quotes; empty for any other preference. */
    private static String seconds(String preference) {
        int equals = preference.indexOf('=');
        if (equals < 0 || !preference.substring(0, equals).strip().equalsIgnoreCase("wait")) {
            return "";
        }
        String value = preference.substring(equals + 1).strip();
        boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        value = quoted ? value.substring(1, value.length() - 1) : value;
        boolean isNumber = value.length() <= MAX_DIGITS && value.chars().allMatch(c -> c >= '0' && c <= '9');
        return isNumber ? value : "";
    }
}
