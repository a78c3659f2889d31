// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.event.FailureReason;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells from an engine's words what went wrong. Words come first and the HTTP status second, because engines answer
 * rate limits with 500 and denied access with 404; every rule stands for texts that real engines gave (recordings).
 */
final class FailureClassifier {
    private record Rule(FailureReason reason, Pattern pattern) {
        static Rule of(FailureReason reason, String regex) {
            return new Rule(reason, Pattern.compile(regex));
        }
    }

    /** In order: the first that matches wins. Matched against the message in lower case. */
    private static final List<Rule> RULES = List.of(
            Rule.of(FailureReason.ENGINE_ERROR, "client version \\S+ is too (new|old)"),
            Rule.of(
                    FailureReason.ENGINE_GONE,
                    "cannot connect to the docker daemon|failed to connect to the docker api|error during connect:|permission denied while trying to connect to the docker"),
            Rule.of(
                    FailureReason.RATE_LIMITED,
                    "toomanyrequests|429 too many|too many requests|rate limit|unexpected status from .*: 429"),
            Rule.of(FailureReason.DISK_FULL, "no space left on device|disk quota exceeded|not enough space"),
            Rule.of(
                    FailureReason.DIGEST_MISMATCH,
                    "verification failed for digest|unexpected commit digest|digest did not match|does not match digest"),
            Rule.of(
                    FailureReason.NO_PLATFORM,
                    "no matching manifest|no image found in manifest list|no image found in image index|no match for platform|does not provide the specified platform"),
            Rule.of(
                    FailureReason.INVALID_REFERENCE,
                    "invalid reference format|invalid tag format|repository name must be|invalid checksum digest|invalid repository name|unknown operating system or architecture|is an invalid [a-z ]*component"),
            Rule.of(
                    FailureReason.TLS,
                    "x509:|certificate signed by unknown|tls: |tls handshake|server gave http response to https client|certificate is not"),
            Rule.of(
                    FailureReason.AUTH,
                    "x-registry-auth|unauthorized|no basic auth credentials|authentication required|access denied|denied:|requested access to the resource is denied|401 unauthorized|403 forbidden|unexpected status from .*: 40[13]|unable to retrieve auth token|incorrect username or password|authorization failed|error getting credentials"),
            Rule.of(
                    FailureReason.NETWORK,
                    "connection refused|no such host|reset by peer|i/o timeout|network is unreachable|no route to host|connection timed out|context deadline exceeded|client.timeout exceeded|temporary failure in name resolution|server misbehaving|proxyconnect|broken pipe"),
            Rule.of(
                    FailureReason.NOT_FOUND,
                    "manifest unknown|name unknown|not found|repository does not exist|no such image|404 not found"),
            Rule.of(
                    FailureReason.REGISTRY,
                    "received unexpected http status: 5|unexpected status from .*: 5\\d\\d|5\\d\\d (internal server error|bad gateway|service unavailable|gateway timeout)|download failed after attempts|unexpected http status|invalid status code from registry 5"),
            Rule.of(FailureReason.NETWORK, "unexpected eof|\\beof\\b|timeout"),
            Rule.of(FailureReason.ENGINE_GONE, "context canceled|daemon is shutting down|server is shutting down"));

    private static final Pattern RETRY_AFTER =
            Pattern.compile("retry[- ]after[\"']?[:=]?\\s*(\\d{1,6})(ms|s|m)?\\b", Pattern.CASE_INSENSITIVE);

    private FailureClassifier() {}

    /**
     * @param status of the engine's answer; 200 for errors inside the stream
     * @param message the engine's words
     * @param auth whose secrets the message must not show, or null
     */
    static PullFailure classify(int status, String message, @Nullable RegistryAuth auth) {
        String clean = Redaction.clean(message, auth);
        FailureReason reason = reasonOf(status, clean);
        return new PullFailure(reason, reason.retryable(), clean, retryAfter(clean));
    }

    private static FailureReason reasonOf(int status, String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        for (Rule rule : RULES) {
            if (rule.pattern().matcher(lower).find()) {
                return rule.reason();
            }
        }
        return switch (status) {
            case 401, 403 -> FailureReason.AUTH;
            case 404 -> FailureReason.NOT_FOUND;
            case 429 -> FailureReason.RATE_LIMITED;
            case 502, 503, 504 -> FailureReason.REGISTRY;
            default -> FailureReason.ENGINE_ERROR;
        };
    }

    private static @Nullable Duration retryAfter(String message) {
        Matcher matcher = RETRY_AFTER.matcher(message);
        if (!matcher.find()) {
            return null;
        }
        long amount = Long.parseLong(matcher.group(1));
        String unit = matcher.group(2);
        return unit == null || unit.equalsIgnoreCase("s")
                ? Duration.ofSeconds(amount)
                : unit.equalsIgnoreCase("m") ? Duration.ofMinutes(amount) : Duration.ofMillis(amount);
    }
}
