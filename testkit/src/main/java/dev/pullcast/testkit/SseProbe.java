// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 client on a bare socket that shows what was really sent: status, headers, and each block of an event
 * stream as it stands there. It follows the text of the standards (RFC 9112, WHATWG HTML 9.2), not any library. Use from
 * one thread.
 */
public final class SseProbe implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(15);

    private final Socket socket;
    private final InputStream in;
    private final int status;
    private final Map<String, String> headers;
    private final boolean chunked;
    private long chunkLeft;
    private boolean ended;
    private String lastEventId = "";

    /**
     * One block of an event stream.
     *
     * @param event name; {@code message} where none is given
     * @param data lines, joined; empty for a block that only carries an id or a comment
     * @param id the block's own, or null
     * @param retry milliseconds, or null
     * @param comments lines that begin with a colon
     */
    public record Block(
            String event,
            String data,
            @Nullable String id,
            @Nullable Long retry,
            List<String> comments) {
        /** Whether a client would dispatch an event for it. */
        public boolean isEvent() {
            return !data.isEmpty();
        }
    }

    /** A whole answer. */
    public record Answer(int status, Map<String, String> headers, String body) {
        /** A header, by its name in lower case. */
        public Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name));
        }
    }

    private SseProbe(Socket socket, String request) throws IOException {
        this.socket = socket;
        socket.setSoTimeout((int) BOUND.toMillis());
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
        this.in = new BufferedInputStream(socket.getInputStream());
        String first = line(false);
        this.status = Integer.parseInt(first.split(" ", 3)[1]);
        this.headers = new LinkedHashMap<>();
        for (String header = line(false); !header.isEmpty(); header = line(false)) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        this.chunked = "chunked".equals(headers.get("transfer-encoding"));
    }

    /** Opens a stream with these further header lines; returns when its head has come. */
    public static SseProbe open(int port, String path, String... headerLines) {
        List<String> all = new ArrayList<>(List.of(headerLines));
        all.add("Accept: text/event-stream");
        return send(port, "GET", path, all, "");
    }

    /** Sends any request and returns the whole answer. A {@code Host} among the lines replaces the usual one. */
    public static Answer request(int port, String method, String path, String body, String... headerLines) {
        List<String> all = new ArrayList<>(List.of(headerLines));
        all.add("Connection: close");
        try (SseProbe probe = send(port, method, path, all, body)) {
            return new Answer(probe.status, probe.headers, "HEAD".equals(method) ? "" : probe.rest());
        }
    }

    /** A GET. */
    public static Answer get(int port, String path, String... headerLines) {
        return request(port, "GET", path, "", headerLines);
    }

    /** A POST of JSON. */
    public static Answer postJson(int port, String path, String json) {
        return request(port, "POST", path, json, "Content-Type: application/json");
    }

    private static SseProbe send(int port, String method, String path, List<String> headerLines, String body) {
        StringBuilder request =
                new StringBuilder(method).append(' ').append(path).append(" HTTP/1.1\r\n");
        if (headerLines.stream().noneMatch(line -> line.startsWith("Host:"))) {
            request.append("Host: 127.0.0.1:").append(port).append("\r\n");
        }
        headerLines.forEach(line -> request.append(line).append("\r\n"));
        if (!body.isEmpty()) {
            request.append("Content-Length: ")
                    .append(body.getBytes(StandardCharsets.UTF_8).length)
                    .append("\r\n");
        }
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) BOUND.toMillis());
            return new SseProbe(socket, request.append("\r\n").append(body).toString());
        } catch (IOException e) {
            throw new AssertionError(method + " " + path + " failed", e);
        }
    }

    /** The answer's status. */
    public int status() {
        return status;
    }

    /** The answer's headers, names in lower case. */
    public Map<String, String> headers() {
        return headers;
    }

    /** What a browser would send as Last-Event-ID now. */
    public String lastEventId() {
        return lastEventId;
    }

    /** The next block, comments and lone ids included; empty when the stream has ended cleanly. */
    public Optional<Block> next() {
        try {
            return read();
        } catch (SocketTimeoutException e) {
            throw new AssertionError("nothing came within " + BOUND, e);
        } catch (IOException e) {
            throw new AssertionError("the stream was cut", e);
        }
    }

    private Optional<Block> read() throws IOException {
        StringBuilder data = new StringBuilder();
        String event = "message";
        String id = null;
        Long retry = null;
        List<String> comments = new ArrayList<>();
        boolean any = false;
        while (true) {
            String line;
            try {
                line = line(true);
            } catch (EOFException e) {
                return Optional.empty();
            }
            if (line.isEmpty()) {
                if (!any) {
                    continue;
                }
                if (id != null) {
                    lastEventId = id;
                }
                String text = data.isEmpty() ? "" : data.substring(0, data.length() - 1);
                return Optional.of(new Block(event, text, id, retry, comments));
            }
            any = true;
            int colon = line.indexOf(':');
            String field = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1);
            value = value.startsWith(" ") ? value.substring(1) : value;
            switch (field) {
                case "" -> comments.add(value);
                case "event" -> event = value;
                case "data" -> data.append(value).append('\n');
                case "id" -> id = value.indexOf('\0') < 0 ? value : id;
                case "retry" -> retry = Long.valueOf(value);
                default -> throw new AssertionError("a field that no client knows: " + line);
            }
        }
    }

    /** The next block that is an event. */
    public Block nextEvent() {
        while (true) {
            Block block = next().orElseThrow(() -> new AssertionError("the stream has ended"));
            if (block.isEvent()) {
                return block;
            }
        }
    }

    /** The next event of this name; others are passed over. */
    public Block nextEvent(String name) {
        return nextEvent(block -> block.event().equals(name));
    }

    /** The next event that fits; others are passed over. */
    public Block nextEvent(Predicate<Block> wanted) {
        while (true) {
            Block block = nextEvent();
            if (wanted.test(block)) {
                return block;
            }
        }
    }

    /** All events until the stream ends cleanly. */
    public List<Block> toEnd() {
        List<Block> blocks = new ArrayList<>();
        for (Optional<Block> block = next(); block.isPresent(); block = next()) {
            if (block.get().isEvent()) {
                blocks.add(block.get());
            }
        }
        return blocks;
    }

    private String rest() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (status == 204 || status == 304) {
                return "";
            }
            String length = headers.get("content-length");
            if (length != null) {
                return new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.UTF_8);
            }
            for (int b = body(); b >= 0; b = body()) {
                out.write(b);
            }
        } catch (IOException e) {
            throw new AssertionError("the answer was cut", e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** A line, without its end; CR, LF and CRLF all end one. */
    private String line(boolean ofBody) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        while (true) {
            int b = ofBody ? body() : in.read();
            if (b < 0) {
                throw new EOFException("the other side has closed");
            }
            if (b == '\n') {
                return out.toString(StandardCharsets.UTF_8);
            }
            if (b == '\r') {
                in.mark(1);
                int next = ofBody ? body() : in.read();
                if (next != '\n') {
                    throw new IOException("a CR that no LF follows");
                }
                return out.toString(StandardCharsets.UTF_8);
            }
            out.write(b);
        }
    }

    private int body() throws IOException {
        if (!chunked) {
            return in.read();
        }
        if (ended) {
            return -1;
        }
        if (chunkLeft == 0) {
            chunkLeft = Long.parseLong(line(false), 16);
            if (chunkLeft == 0) {
                ended = true;
                line(false);
                return -1;
            }
        }
        int b = in.read();
        if (b < 0) {
            throw new IOException("closed within a chunk");
        }
        if (--chunkLeft == 0) {
            line(false);
        }
        return b;
    }

    /** Cuts the connection as it stands. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new AssertionError("a socket that cannot be closed", e);
        }
    }
}
