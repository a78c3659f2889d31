// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.net;

/**
 * The two parts of {@code host[:port]}. Unlike {@link java.net.URI} it takes names with underscores.
 *
 * @param host without the brackets of an IPv6 address; may be empty
 * @param port {@link #NO_PORT} where there is none, {@link #BAD_PORT} for one that is no number from 1 to 65535
 */
public record HostAndPort(String host, int port) {
    /** There is no port. */
    public static final int NO_PORT = -1;
    /** There is a port that cannot be used. */
    public static final int BAD_PORT = -2;

    private static final int MAX_PORT = 65_535;
    private static final int MAX_DIGITS = 5;

    /** Reads {@code host}, {@code host:port}, {@code [ipv6]:port}, {@code [ipv6]} or a bare IPv6 address. */
    public static HostAndPort read(String text) {
        int colon = text.lastIndexOf(':');
        boolean hasPort = colon >= 0 && (text.indexOf(':') == colon || text.charAt(colon - 1) == ']');
        String host = hasPort ? text.substring(0, colon) : text;
        boolean inBrackets = host.length() > 1 && host.startsWith("[") && host.endsWith("]");
        return new HostAndPort(
                inBrackets ? host.substring(1, host.length() - 1) : host,
                hasPort ? portOf(text.substring(colon + 1)) : NO_PORT);
    }

    private static int portOf(String text) {
        if (text.isEmpty() || text.length() > MAX_DIGITS) {
            return BAD_PORT;
        }
        int port = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return BAD_PORT;
            }
            port = port * 10 + c - '0';
        }
        return port < 1 || port > MAX_PORT ? BAD_PORT : port;
    }

    /** As it is written in a URL. */
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? '[' + host + ']' : host) + (port == NO_PORT ? "" : ":" + port);
    }
}
