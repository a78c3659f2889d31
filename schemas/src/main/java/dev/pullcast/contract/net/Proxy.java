// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.net;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A proxy. Its text never shows the credentials.
 *
 * @param host name or IP address, without brackets
 * @param user as it is, not percent-encoded; null without credentials
 * @param password the same; empty where there is a user alone
 */
public record Proxy(
        Scheme scheme,
        String host,
        int port,
        @Nullable String user,
        @Nullable String password) {

    /** How a proxy is spoken to. */
    public enum Scheme {
        /** HTTP in clear text, with {@code CONNECT} for https. */
        HTTP(80),
        /** The same within TLS. */
        HTTPS(443),
        /** SOCKS 5; the proxy looks names up. */
        SOCKS5(1080);

        private final int defaultPort;

        Scheme(int defaultPort) {
            this.defaultPort = defaultPort;
        }
    }

    /**
     * Reads the URL of a proxy, whose scheme may be left out for http.
     *
     * @param source of it, for messages: a variable's name
     * @throws IllegalArgumentException without the credentials in its message
     */
    static Proxy read(String source, String url) {
        int colons = url.indexOf("://");
        Scheme scheme = switch (colons < 0 ? "http" : url.substring(0, colons).toLowerCase(Locale.ROOT)) {
            case "http" -> Scheme.HTTP;
            case "https" -> Scheme.HTTPS;
            case "socks5", "socks5h" -> Scheme.SOCKS5;
            default -> throw invalid(source, "its scheme must be http, https or socks5");
        };
        String authority = authority(colons < 0 ? url : url.substring(colons + "://".length()));
        int at = authority.lastIndexOf('@');
        HostAndPort address = HostAndPort.read(authority.substring(at + 1));
        if (!isHost(address.host())) {
            throw invalid(source, "its host is missing or has characters that no host has");
        }
        if (address.port() == HostAndPort.BAD_PORT) {
            throw invalid(source, "its port must be 1 to 65535");
        }
        int port = address.port() == HostAndPort.NO_PORT ? scheme.defaultPort : address.port();
        if (at < 0) {
            return new Proxy(scheme, address.host(), port, null, null);
        }
        String login = authority.substring(0, at);
        int colon = login.indexOf(':');
        return new Proxy(
                scheme,
                address.host(),
                port,
                decoded(source, colon < 0 ? login : login.substring(0, colon)),
                colon < 0 ? "" : decoded(source, login.substring(colon + 1)));
    }

    /** The value of {@code Proxy-Authorization}; null without credentials. A secret. */
    public @Nullable String authorization() {
        return user == null
                ? null
                : "Basic "
                        + Base64.getEncoder().encodeToString((user + ':' + password).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return scheme.name().toLowerCase(Locale.ROOT) + "://" + (user == null ? "" : "***@")
                + new HostAndPort(host, port);
    }

    private static String authority(String rest) {
        for (int i = 0; i < rest.length(); i++) {
            if ("/?#".indexOf(rest.charAt(i)) >= 0) {
                return rest.substring(0, i);
            }
        }
        return rest;
    }

    private static boolean isHost(String host) {
        return !host.isEmpty() && host.chars().allMatch(c -> Character.isLetterOrDigit(c) || "-._:%".indexOf(c) >= 0);
    }

    /** Undoes percent-encoding, which is optional for all but {@code @ / ? # %}. */
    private static String decoded(String source, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '%') {
                int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
                int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    throw invalid(source, "a % in its credentials must be written as %25");
                }
                bytes[length++] = (byte) (high << 4 | low);
                i += 2;
            } else {
                bytes[length++] = bytes[i];
            }
        }
        String decoded = new String(bytes, 0, length, StandardCharsets.UTF_8);
        if (decoded.chars().anyMatch(Character::isISOControl)) {
            throw invalid(source, "its credentials have control characters");
        }
        return decoded;
    }

    private static IllegalArgumentException invalid(String source, String why) {
        return new IllegalArgumentException("cannot use the proxy that " + source + " names: " + why
                + ". Write it as http://HOST:PORT or http://USER:PASSWORD@HOST:PORT.");
    }
}
