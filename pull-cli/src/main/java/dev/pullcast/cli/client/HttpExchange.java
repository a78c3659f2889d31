// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 request and its response, on a connection of its own (RFC 9112). Reads bodies with a length, in chunks,
 * or up to the end of the connection.
 */
public final class HttpExchange implements Closeable {
    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
    private static final int LONGEST_LINE = 64 * 1024;
    private static final int MOST_HEADERS = 200;

    private final Origin.Connection connection;
    private final int status;
    private final Map<String, String> headers;
    private final InputStream body;

    private HttpExchange(Origin.Connection connection, int status, Map<String, String> headers, InputStream body) {
        this.connection = connection;
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    /**
     * What to ask for.
     *
     * @param target path and query, encoded
     * @param headers besides {@code Host}, {@code Connection} and {@code Content-Length}
     * @param body null for none
     * @param readTimeoutMillis the longest silence
     */
    public record Request(
            String method,
            String target,
            Map<String, String> headers,
            @Nullable String body,
            int readTimeoutMillis) {}

    /**
     * Sends a request and reads the head of its response.
     *
     * @throws IOException if the server cannot be reached or does not speak HTTP
     */
    public static HttpExchange send(Origin origin, Request request) throws IOException {
        Origin.Connection connection = origin.connect(CONNECT_TIMEOUT_MILLIS, request.readTimeoutMillis());
        try {
            connection.out().write(head(origin, request).getBytes(StandardCharsets.ISO_8859_1));
            String content = request.body();
            if (content != null) {
                connection.out().write(content.getBytes(StandardCharsets.UTF_8));
            }
            connection.out().flush();
            HttpExchange exchange = read(connection, new BufferedInputStream(connection.in()));
            ProxyConnection.checkAnswer(origin, exchange.status());
            return exchange;
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    private static String head(Origin origin, Request request) {
        StringBuilder head = new StringBuilder(
                request.method() + ' ' + ProxyConnection.targetAt(origin, request.target()) + " HTTP/1.1\r\n");
        ProxyConnection.headersAt(origin)
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Host: ").append(origin.hostHeader()).append("\r\nConnection: close\r\n");
        request.headers().forEach((name, value) -> {
            if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0) {
                throw new IllegalArgumentException("the header " + name + " must not contain a line break");
            }
            head.append(name).append(": ").append(value).append("\r\n");
        });
        String body = request.body();
        if (body != null) {
            head.append("Content-Length: ")
                    .append(body.getBytes(StandardCharsets.UTF_8).length)
                    .append("\r\n");
        }
        return head.append("\r\n").toString();
    }

    private static HttpExchange read(Origin.Connection connection, InputStream in) throws IOException {
        int status;
        Map<String, String> headers;
        do {
            String line = line(in);
            String[] parts = line.split(" ", 3);
            if (parts.length < 2 || !parts[0].startsWith("HTTP/1.") || !parts[1].matches("[1-5][0-9][0-9]")) {
                throw new ForeignAnswer("not an HTTP answer: '" + line.substring(0, Math.min(80, line.length())) + "'");
            }
            status = Integer.parseInt(parts[1]);
            headers = headers(in);
        } while (status < 200);
        return new HttpExchange(connection, status, headers, body(in, headers));
    }

    private static Map<String, String> headers(InputStream in) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            if (colon < 1 || headers.size() >= MOST_HEADERS) {
                throw new IOException("not an HTTP header");
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return headers;
    }

    private static InputStream body(InputStream in, Map<String, String> headers) throws IOException {
        if (headers.getOrDefault("transfer-encoding", "")
                .toLowerCase(Locale.ROOT)
                .endsWith("chunked")) {
            return new ChunkedBody(in);
        }
        String length = headers.get("content-length");
        if (length == null) {
            return in;
        }
        try {
            return new SizedBody(in, Long.parseLong(length));
        } catch (NumberFormatException e) {
            throw new IOException("not an HTTP content-length: '" + length + "'", e);
        }
    }

    /** Up to CRLF or LF, without it. */
    static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(128);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the connection ended in the middle of an answer");
            }
            if (line.size() >= LONGEST_LINE) {
                throw new IOException("a line of the answer's head is longer than " + LONGEST_LINE + " bytes");
            }
            line.write(b);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    /** The status code. */
    public int status() {
        return status;
    }

    /** A header, or null; the name in lower case. */
    public @Nullable String header(String name) {
        return headers.get(name);
    }

    /** The body as it arrives; its end is the body's end, a cut connection is an {@link EOFException}. */
    public InputStream body() {
        return body;
    }

    /** The whole body as text, at most {@code limit} bytes of it. */
    public String text(int limit) throws IOException {
        return new String(body.readNBytes(limit), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }
}
