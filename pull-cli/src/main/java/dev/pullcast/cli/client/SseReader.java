// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads an event stream as WHATWG describes it (HTML, "Server-sent events", interpreting an event stream): lines end
 * with CR, LF or CRLF, a BOM at the start is ignored, a field may have one blank after the colon, an event that the end
 * of the stream cuts off is dropped. Used by one thread.
 */
final class SseReader {
    private static final int LARGEST_EVENT = 64 * 1024 * 1024;
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final InputStream in;
    private boolean afterCarriageReturn;
    private boolean started;
    private String lastEventId;
    private long retryMillis = -1;

    /**
     * An event.
     *
     * @param type {@code message} where the stream does not say
     * @param data its lines joined by LF
     */
    record Event(String type, String data) {}

    SseReader(InputStream in) {
        this(in, "");
    }

    /** @param lastEventId of the streams before this one; it stays until this one has another */
    SseReader(InputStream in, String lastEventId) {
        this.lastEventId = lastEventId;
        this.in = in instanceof BufferedInputStream ? in : new BufferedInputStream(in);
    }

    /** The newest {@code id:} of a whole event, also of one without data; empty if there was none. */
    String lastEventId() {
        return lastEventId;
    }

    /** The newest {@code retry:}, or -1. */
    long retryMillis() {
        return retryMillis;
    }

    /**
     * The next event that has data; null at the end of the stream.
     *
     * @throws IOException also for an event larger than 64 MiB
     */
    @Nullable
    Event next() throws IOException {
        String type = "";
        String id = lastEventId;
        StringBuilder data = null;
        int size = 0;
        for (String line = line(); line != null; line = line()) {
            size += line.length();
            if (size > LARGEST_EVENT) {
                throw new IOException("an event is larger than " + LARGEST_EVENT + " bytes");
            }
            if (line.isEmpty()) {
                lastEventId = id;
                if (data != null) {
                    return new Event(type.isEmpty() ? "message" : type, data.toString());
                }
                type = "";
                size = 0;
                continue;
            }
            int colon = line.indexOf(':');
            String field = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1);
            value = value.startsWith(" ") ? value.substring(1) : value;
            switch (field) {
                case "event" -> type = value;
                case "data" -> data = (data == null ? new StringBuilder() : data.append('\n')).append(value);
                case "id" -> id = value.indexOf('\0') < 0 ? value : id;
                case "retry" -> retryMillis = value.matches("[0-9]{1,9}") ? Long.parseLong(value) : retryMillis;
                default -> {
                    // A comment, or a field that is not ours.
                }
            }
        }
        return null;
    }

    private @Nullable String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        for (int b = in.read(); b >= 0; b = in.read()) {
            boolean restOfLineEnd = b == '\n' && afterCarriageReturn;
            afterCarriageReturn = b == '\r';
            if (restOfLineEnd) {
                continue;
            }
            if (b == '\r' || b == '\n') {
                return text(line);
            }
            if (line.size() >= LARGEST_EVENT) {
                throw new IOException("a line is longer than " + LARGEST_EVENT + " bytes");
            }
            line.write(b);
        }
        return null;
    }

    private String text(ByteArrayOutputStream line) {
        String text = line.toString(StandardCharsets.UTF_8);
        boolean first = !started;
        started = true;
        return first && text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    }
}
