// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.image;

import dev.pullcast.contract.text.VisibleText;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A name of an image, normalised as Docker does (github.com/distribution/reference): {@code alpine} is
 * {@code docker.io/library/alpine:latest}. It always has a tag or a digest.
 *
 * @param domain host with optional port: {@code docker.io}, {@code localhost:5000}
 * @param path repository below the domain: {@code library/alpine}
 * @param tag null only where a digest stands alone
 * @param digest {@code sha256:…} or {@code sha512:…}, or null
 */
public record ImageReference(
        String domain,
        String path,
        @Nullable String tag,
        @Nullable String digest) {

    /** Docker's bound on the repository's path, without the domain, in characters (distribution/reference 0.6). */
    public static final int MAX_PATH_LENGTH = 255;

    /** The longest DNS name (RFC 1035, 253 characters) with a port. */
    private static final int MAX_DOMAIN_LENGTH = 253 + ":65535".length();

    private static final String DEFAULT_DOMAIN = "docker.io";
    private static final String LEGACY_DEFAULT_DOMAIN = "index.docker.io";
    private static final String OFFICIAL = "library/";

    private static final String TOO_LONG = "the repository name is longer than " + MAX_PATH_LENGTH + " characters";

    private static final Pattern TAG = Pattern.compile("\\w[\\w.-]{0,127}");
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}");
    private static final Pattern ID = Pattern.compile("(?:sha256:)?[0-9a-f]{64}");

    /**
     * Reads a reference as people write it.
     *
     * @throws InvalidReference saying what is wrong with it
     */
    public static ImageReference parse(String text) {
        if (text.isEmpty()) {
            throw new InvalidReference(text, "it is empty");
        }
        if (ID.matcher(text).matches()) {
            throw new InvalidReference(text, "this is an image id, and ids cannot be pulled");
        }
        String rest = text;
        String digest = null;
        int at = rest.indexOf('@');
        if (at >= 0) {
            digest = rest.substring(at + 1);
            rest = rest.substring(0, at);
            if (!isDigest(digest)) {
                throw new InvalidReference(
                        text,
                        "the digest must be sha256: with 64 or sha512: with 128 lower-case hex digits; a login"
                                + " does not belong into a name");
            }
        }
        String domain = DEFAULT_DOMAIN;
        String remainder = rest;
        int slash = rest.indexOf('/');
        if (slash >= 0 && isDomain(rest.substring(0, slash))) {
            domain = rest.substring(0, slash);
            remainder = rest.substring(slash + 1);
        }
        String path = remainder;
        String tag = null;
        int colon = remainder.lastIndexOf(':');
        if (colon >= 0) {
            path = remainder.substring(0, colon);
            tag = remainder.substring(colon + 1);
            if (!TAG.matcher(tag).matches()) {
                throw new InvalidReference(
                        text,
                        "the tag must be 1 to 128 letters, digits, '_', '.' or '-', not starting with '.' or '-'");
            }
        }
        return normalised(text, domain, path, tag, digest);
    }

    private static ImageReference normalised(
            String text, String domain, String path, @Nullable String tag, @Nullable String digest) {
        if (domain.length() > MAX_DOMAIN_LENGTH) {
            throw new InvalidReference(text, "the host is longer than 253 characters");
        }
        if (!isHostAndPort(domain)) {
            throw new InvalidReference(
                    text, "'" + VisibleText.masked(domain, '?') + "' is not a host with an optional port");
        }
        if (path.length() > MAX_PATH_LENGTH) {
            throw new InvalidReference(text, TOO_LONG);
        }
        if (!isPath(path)) {
            String why = path.isEmpty()
                    ? "the repository name is missing"
                    : path.chars().anyMatch(c -> c >= 'A' && c <= 'Z')
                            ? "the repository name must be lower case"
                            : "the repository name may have lower-case letters and digits, separated by '.', '_',"
                                    + " '__', '-' or '/'";
            throw new InvalidReference(text, why);
        }
        if (domain.equals(LEGACY_DEFAULT_DOMAIN)) {
            domain = DEFAULT_DOMAIN;
        }
        if (domain.equals(DEFAULT_DOMAIN) && path.indexOf('/') < 0) {
            path = OFFICIAL + path;
        }
        if (path.length() > MAX_PATH_LENGTH) {
            throw new InvalidReference(text, TOO_LONG);
        }
        return new ImageReference(domain, path, tag == null && digest == null ? "latest" : tag, digest);
    }

    /** Docker's rule: the part before the first slash is a host if it has a dot, a colon or an upper-case letter. */
    private static boolean isDomain(String first) {
        return first.equals("localhost")
                || first.indexOf('.') >= 0
                || first.indexOf(':') >= 0
                || !first.equals(first.toLowerCase(Locale.ROOT));
    }

    /** Whether a text is a digest as a reference may have one. */
    static boolean isDigest(String text) {
        return DIGEST.matcher(text).matches();
    }

    /** Components of a DNS name or an IPv6 address in brackets, and a port (distribution/reference, "domain"). */
    private static boolean isHostAndPort(String text) {
        int hostEnd = text.startsWith("[") ? text.indexOf(']') + 1 : text.indexOf(':');
        hostEnd = hostEnd < 0 ? text.length() : hostEnd;
        boolean hasPort = hostEnd < text.length();
        if (hasPort && (text.charAt(hostEnd) != ':' || !isAll(text, hostEnd + 1, text.length(), "0-9"))) {
            return false;
        }
        if (text.startsWith("[")) {
            return isAll(text, 1, hostEnd - 1, "0-9a-fA-F:");
        }
        int start = 0;
        for (int i = 0; i <= hostEnd; i++) {
            if (i == hostEnd || text.charAt(i) == '.') {
                boolean ends = isAll(text, start, i, "0-9a-zA-Z-") && text.charAt(start) != '-';
                if (!ends || text.charAt(i - 1) == '-') {
                    return false;
                }
                start = i + 1;
            }
        }
        return true;
    }

    /** Components of lower-case letters and digits, divided within by one of {@code . _ __} or dashes. */
    private static boolean isPath(String text) {
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || text.charAt(i) == '/') {
                if (!isPathComponent(text, start, i)) {
                    return false;
                }
                start = i + 1;
            }
        }
        return true;
    }

    private static boolean isPathComponent(String text, int from, int to) {
        int at = from;
        while (true) {
            int word = at;
            while (at < to && isAlphanumeric(text.charAt(at))) {
                at++;
            }
            if (at == word) {
                return false;
            }
            if (at == to) {
                return true;
            }
            int separator = at;
            while (at < to && !isAlphanumeric(text.charAt(at))) {
                at++;
            }
            if (!isSeparator(text.substring(separator, at))) {
                return false;
            }
        }
    }

    private static boolean isSeparator(String text) {
        return text.equals(".") || text.equals("_") || text.equals("__") || isAll(text, 0, text.length(), "-");
    }

    private static boolean isAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }

    /** Whether a part of a text is not empty and has only these characters; {@code a-z} is a range. */
    private static boolean isAll(String text, int from, int to, String allowed) {
        for (int i = from; i < to; i++) {
            if (!isOneOf(text.charAt(i), allowed)) {
                return false;
            }
        }
        return from < to;
    }

    private static boolean isOneOf(char c, String allowed) {
        for (int i = 0; i < allowed.length(); i++) {
            if (i + 2 < allowed.length() && allowed.charAt(i + 1) == '-') {
                if (c >= allowed.charAt(i) && c <= allowed.charAt(i + 2)) {
                    return true;
                }
                i += 2;
            } else if (c == allowed.charAt(i)) {
                return true;
            }
        }
        return false;
    }

    /** Domain and path, without tag and digest: {@code docker.io/library/alpine}. */
    public String name() {
        return domain + '/' + path;
    }

    /** Everything: {@code docker.io/library/alpine:3.20@sha256:…}. */
    public String canonical() {
        return name() + (tag == null ? "" : ':' + tag) + (digest == null ? "" : '@' + digest);
    }

    /** As Docker shows it: without {@code docker.io/} and {@code library/}. */
    public String familiar() {
        String familiarName = name();
        if (domain.equals(DEFAULT_DOMAIN)) {
            familiarName = path.startsWith(OFFICIAL) && path.indexOf('/', OFFICIAL.length()) < 0
                    ? path.substring(OFFICIAL.length())
                    : path;
        }
        return familiarName + (tag == null ? "" : ':' + tag) + (digest == null ? "" : '@' + digest);
    }

    @Override
    public String toString() {
        return canonical();
    }

    /** A text that is no reference; the message quotes it and says what is wrong. */
    public static final class InvalidReference extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        InvalidReference(String text, String why) {
            super("invalid image reference '" + ReferenceText.shown(text) + "': " + why);
        }
    }
}
