// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import dev.pullcast.contract.net.HostAndPort;
import dev.pullcast.contract.net.Proxy;
import dev.pullcast.contract.text.VisibleText;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Connections through a proxy (RFC 9110, 9.3.6 and RFC 9112, 3.2.2): {@code CONNECT} for https, the absolute form of the
 * target for http. Names of targets are looked up by the proxy. Messages name the proxy without its credentials.
 */
final class ProxyConnection {
    private static final int ANSWER_TIMEOUT_MILLIS = 30_000;
    private static final int MAX_HEADERS = 100;
    private static final int MAX_WORDS = 100;
    private static final Set<Integer> PASSING = Set.of(408, 429, 500, 502, 503, 504);

    private ProxyConnection() {}

    /**
     * Opens a connection on which the target is spoken to: with TLS still to come for https.
     *
     * @throws ForeignAnswer if the proxy refuses and will do so again
     * @throws IOException if it cannot be reached, or cannot reach the target
     */
    static Socket open(Proxy proxy, Origin.Tcp target, int connectTimeoutMillis) throws IOException {
        Socket socket = reach(proxy, connectTimeoutMillis);
        try {
            socket.setSoTimeout(ANSWER_TIMEOUT_MILLIS);
            if (proxy.scheme() == Proxy.Scheme.SOCKS5) {
                SocksHandshake.run(proxy, socket, target.host(), target.port());
            } else if (target.tls()) {
                tunnel(proxy, socket, target);
            }
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static Socket reach(Proxy proxy, int connectTimeoutMillis) throws IOException {
        try {
            Socket socket = Origin.direct(proxy.host(), proxy.port(), connectTimeoutMillis);
            if (proxy.scheme() != Proxy.Scheme.HTTPS) {
                return socket;
            }
            socket.setSoTimeout(ANSWER_TIMEOUT_MILLIS);
            SSLSocket secured = (SSLSocket) ((SSLSocketFactory) SSLSocketFactory.getDefault())
                    .createSocket(socket, proxy.host(), proxy.port(), true);
            SSLParameters parameters = secured.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            secured.setSSLParameters(parameters);
            secured.startHandshake();
            return secured;
        } catch (IOException e) {
            throw new IOException(
                    "cannot reach the proxy " + proxy + ": " + (e.getMessage() == null ? e.toString() : e.getMessage())
                            + ". HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names it; hosts in NO_PROXY are reached directly",
                    e);
        }
    }

    private static void tunnel(Proxy proxy, Socket socket, Origin.Tcp target) throws IOException {
        String authority = new HostAndPort(target.host(), target.port()).toString();
        StringBuilder head = new StringBuilder("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n");
        String authorization = proxy.authorization();
        if (authorization != null) {
            head.append("Proxy-Authorization: ").append(authorization).append("\r\n");
        }
        socket.getOutputStream().write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        // Byte by byte: what follows the head belongs to the target.
        InputStream in = socket.getInputStream();
        String line = HttpExchange.line(in);
        int count = 0;
        while (!HttpExchange.line(in).isEmpty()) {
            if (++count > MAX_HEADERS) {
                throw new ForeignAnswer("The proxy " + proxy + " answered CONNECT with too many headers.");
            }
        }
        int status = statusOf(line);
        if (status / 100 != 2) {
            throw refused(proxy, "CONNECT " + authority, status, line);
        }
    }

    /** 0 for what is not HTTP. */
    private static int statusOf(String line) {
        String[] parts = line.split(" ", 3);
        boolean http = parts.length > 1 && parts[0].startsWith("HTTP/1.") && parts[1].length() == 3;
        return http && parts[1].chars().allMatch(c -> c >= '0' && c <= '9') ? Integer.parseInt(parts[1]) : 0;
    }

    private static IOException refused(Proxy proxy, String request, int status, String line) {
        String words = VisibleText.oneLine(line);
        words = words.length() > MAX_WORDS ? words.substring(0, MAX_WORDS) + "…" : words;
        String message = "The proxy " + proxy + " refused " + request + ": " + words + ".";
        if (status == 407) {
            return new ForeignAnswer(message + " It asks for a user and a password: write them into HTTPS_PROXY or"
                    + " HTTP_PROXY as http://USER:PASSWORD@HOST:PORT.");
        }
        return PASSING.contains(status)
                ? new IOException(message)
                : new ForeignAnswer(message + " Name hosts that are reached directly in NO_PROXY.");
    }

    /** What stands in the request line: the whole URL where a proxy is asked for it. */
    static String targetAt(Origin origin, String target) {
        return askedProxy(origin) == null ? target : "http://" + origin.hostHeader() + target;
    }

    /** Headers for a proxy that is asked for a URL. */
    static Map<String, String> headersAt(Origin origin) {
        Proxy proxy = askedProxy(origin);
        String authorization = proxy == null ? null : proxy.authorization();
        return authorization == null ? Map.of() : Map.of("Proxy-Authorization", authorization);
    }

    /** Only a proxy answers 407. */
    static void checkAnswer(Origin origin, int status) throws IOException {
        Proxy proxy = askedProxy(origin);
        if (proxy != null && status == 407) {
            throw refused(proxy, "a request to " + origin.hostHeader(), status, "407 Proxy Authentication Required");
        }
    }

    private static @Nullable Proxy askedProxy(Origin origin) {
        return origin instanceof Origin.Tcp tcp
                        && !tcp.tls()
                        && tcp.proxy() != null
                        && tcp.proxy().scheme() != Proxy.Scheme.SOCKS5
                ? tcp.proxy()
                : null;
    }
}
