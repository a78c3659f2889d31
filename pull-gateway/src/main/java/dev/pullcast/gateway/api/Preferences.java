// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a client would like (RFC 7240). A preference that is not understood is ignored, as that document asks.
 */
final class Preferences {
    /** More than most proxies let a request stand open. */
    static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    private static final Pattern WAIT = Pattern.compile("wait\\s*=\\s*\"?(\\d{1,9})\"?\\s*(?:;.*)?");

    private Preferences() {}

    /** {@code Prefer: wait=SECONDS}, at most {@link #LONGEST_WAIT}; the first counts. */
    static Optional<Duration> wait(HttpServerRequest request) {
        for (String header : request.headers().getAll("Prefer")) {
            for (String preference : header.split(",", -1)) {
                Matcher wait = WAIT.matcher(preference.strip().toLowerCase(Locale.ROOT));
                if (wait.matches()) {
                    Duration asked = Duration.ofSeconds(Long.parseLong(wait.group(1)));
                    return Optional.of(asked.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : asked);
                }
            }
        }
        return Optional.empty();
    }
}
