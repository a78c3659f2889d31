// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.event.FailureReason;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Tells from an engine's words what went wrong. Words come first and the HTTP status second, because engines answer
 * rate limits with 500 and denied access with 404. Every phrase is one that engines, Go's {@code net}, {@code net/http}
 * and {@code crypto/tls}, containerd or a registry writes. Reasons are told apart by what heals: a fault that passes is
 * never {@code tls} or {@code auth}.
 */
final class FailureClassifier {
    /** A reason and the phrases that stand for it; a phrase inside the name of an image does not count. */
    private record Rule(FailureReason reason, List<String> phrases) {
        static Rule of(FailureReason reason, String... phrases) {
            return new Rule(reason, List.of(phrases));
        }

        boolean matches(String lower) {
            return phrases.stream().anyMatch(phrase -> says(lower, phrase));
        }
    }

    /** Before the status of a registry's answer is looked at. In order: the first that matches wins. */
    private static final List<Rule> FIRST = List.of(
            Rule.of(FailureReason.ENGINE_ERROR, "authorization denied by plugin"),
            Rule.of(
                    FailureReason.ENGINE_GONE,
                    "cannot connect to the docker daemon",
                    "failed to connect to the docker api",
                    "error during connect:",
                    "permission denied while trying to connect to the docker",
                    "dial unix "),
            Rule.of(FailureReason.DISK_FULL, "no space left on device", "disk quota exceeded", "not enough space"),
            Rule.of(
                    FailureReason.RATE_LIMITED,
                    "toomanyrequests",
                    "too many requests",
                    "rate limit",
                    "rate exceeded",
                    "limit exceeded",
                    "bandwidth limit",
                    "throttlingexception"),
            Rule.of(
                    FailureReason.DIGEST_MISMATCH,
                    "verification failed for digest",
                    "unexpected commit digest",
                    "digest did not match",
                    "does not match digest"),
            Rule.of(
                    FailureReason.NO_PLATFORM,
                    "no matching manifest",
                    "no image found in manifest list",
                    "no image found in image index",
                    "no match for platform",
                    "does not provide the specified platform"),
            Rule.of(
                    FailureReason.INVALID_REFERENCE,
                    "invalid reference format",
                    "invalid tag format",
                    "repository name must be",
                    "invalid checksum digest",
                    "invalid repository name",
                    "unknown operating system or architecture"),
            // What interrupts a TLS connection says nothing of certificates.
            Rule.of(
                    FailureReason.NETWORK,
                    "tls handshake timeout",
                    "tls: bad record mac",
                    "tls: internal error",
                    "tls: user canceled",
                    "tls: use of closed connection",
                    "failed to send closenotify"),
            Rule.of(
                    FailureReason.TLS,
                    "x509: ",
                    "certificate signed by unknown",
                    "certificate is not",
                    "certificate has expired",
                    "certificate required"),
            Rule.of(FailureReason.NETWORK, "proxyconnect", "proxy authentication required"),
            Rule.of(FailureReason.TLS, "tls: ", "server gave http response to https client"),
            Rule.of(
                    FailureReason.NETWORK,
                    "dial tcp",
                    "read tcp",
                    "write tcp",
                    "dial udp",
                    "read udp",
                    "connection refused",
                    "no such host",
                    "reset by peer",
                    "i/o timeout",
                    "network is unreachable",
                    "no route to host",
                    "host is down",
                    "connection timed out",
                    "operation timed out",
                    "context deadline exceeded",
                    "client.timeout",
                    "timeout awaiting",
                    "temporary failure in name resolution",
                    "server misbehaving",
                    "broken pipe",
                    "unexpected eof",
                    "use of closed network connection",
                    "client connection lost",
                    "client connection force closed",
                    "client conn not usable",
                    "no cached connection",
                    "waiting for connection",
                    "request canceled",
                    "server closed idle connection",
                    "transport connection broken",
                    "connection error:",
                    "stream error:",
                    "goaway",
                    "short read",
                    "failed size validation",
                    "unexpected commit size"));

    /** After an error of the registry that passes was ruled out. */
    private static final List<Rule> THEN = List.of(
            Rule.of(
                    FailureReason.AUTH,
                    "x-registry-auth",
                    "unauthorized",
                    "no basic auth credentials",
                    "authentication required",
                    "access denied",
                    "denied:",
                    "requested access to the resource is denied",
                    "unable to retrieve auth token",
                    "incorrect username or password",
                    "authorization failed",
                    "error getting credentials"),
            Rule.of(
                    FailureReason.NOT_FOUND,
                    "manifest unknown",
                    "name unknown",
                    "blob unknown",
                    "not found",
                    "repository does not exist",
                    "no such image"));

    private static final List<Rule> LAST = List.of(
            Rule.of(
                    FailureReason.REGISTRY,
                    "internal server error",
                    "bad gateway",
                    "service unavailable",
                    "gateway timeout",
                    "gateway time-out",
                    "unexpected http status",
                    "download failed after attempts",
                    "error parsing http",
                    "invalid character '<'"),
            Rule.of(FailureReason.NETWORK, "timeout", "timed out", "deadline exceeded", "connection closed"),
            Rule.of(
                    FailureReason.ENGINE_GONE,
                    "context canceled",
                    "daemon is shutting down",
                    "server is shutting down"));

    private FailureClassifier() {}

    /**
     * The failure that an engine's words stand for.
     *
     * @param status of the engine's answer; 200 for errors inside the stream
     * @param message the engine's words
     * @param auth login whose secrets the message must not show, or null
     */
    static PullFailure classify(int status, String message, @Nullable RegistryAuth auth) {
        String clean = Redaction.clean(message, auth);
        FailureReason reason = reasonOf(status, clean);
        return new PullFailure(reason, reason.retryable(), clean, StatedDelay.in(clean));
    }

    private static FailureReason reasonOf(int status, String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        if (says(lower, "client version ") && (lower.contains(" is too new") || lower.contains(" is too old"))) {
            return FailureReason.ENGINE_ERROR;
        }
        if (lower.contains("is an invalid ") && lower.contains(" component of ")) {
            return FailureReason.INVALID_REFERENCE;
        }
        FailureReason first = first(FIRST, lower);
        // Registries say "denied: … quota exceeded" of a limit, and the quota of a disk is another matter.
        if (first != FailureReason.DISK_FULL && says(lower, "quota") && lower.contains("exceed")) {
            return FailureReason.RATE_LIMITED;
        }
        if (first != null) {
            return first;
        }
        int stated = StatedStatus.in(lower);
        FailureReason reason = passing(stated);
        reason = reason == null && endsEarly(lower) ? FailureReason.NETWORK : reason;
        reason = reason == null ? first(THEN, lower) : reason;
        reason = reason == null ? refused(stated) : reason;
        reason = reason == null ? first(LAST, lower) : reason;
        reason = reason == null ? ofAnswer(status) : reason;
        return reason == null ? FailureReason.ENGINE_ERROR : reason;
    }

    private static @Nullable FailureReason first(List<Rule> rules, String lower) {
        for (Rule rule : rules) {
            if (rule.matches(lower)) {
                return rule.reason();
            }
        }
        return null;
    }

    /** Of a registry's, token server's or proxy's answer that may be another one the next time. */
    private static @Nullable FailureReason passing(int stated) {
        return switch (stated) {
            case 429 -> FailureReason.RATE_LIMITED;
            case 407, 511 -> FailureReason.NETWORK;
            case 408, 416, 425 -> FailureReason.REGISTRY;
            default -> stated >= 500 ? FailureReason.REGISTRY : null;
        };
    }

    private static @Nullable FailureReason refused(int stated) {
        return switch (stated) {
            case 401, 403 -> FailureReason.AUTH;
            case 404 -> FailureReason.NOT_FOUND;
            default -> null;
        };
    }

    /** The engine's own status, where its words say nothing: it takes 500 for nearly everything. */
    private static @Nullable FailureReason ofAnswer(int status) {
        return switch (status) {
            case 429 -> FailureReason.RATE_LIMITED;
            case 502, 503, 504 -> FailureReason.REGISTRY;
            default -> refused(status);
        };
    }

    /** Go's {@code io.EOF} as the last cause: {@code Get "https://…": EOF}. */
    private static boolean endsEarly(String lower) {
        if (lower.equals("eof")) {
            return true;
        }
        for (int at = lower.indexOf(": eof"); at >= 0; at = lower.indexOf(": eof", at + 1)) {
            int after = at + ": eof".length();
            if (after == lower.length() || !isOfName(lower.charAt(after))) {
                return true;
            }
        }
        return false;
    }

    /** Whether the phrase stands there and does not begin inside a name, as {@code x509:} in {@code r/x509:1}. */
    private static boolean says(String lower, String phrase) {
        for (int at = lower.indexOf(phrase); at >= 0; at = lower.indexOf(phrase, at + 1)) {
            if (at == 0 || !isOfName(lower.charAt(at - 1))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOfName(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "/-_.@".indexOf(c) >= 0;
    }
}
