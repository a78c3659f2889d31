// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.fleet;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.HdrHistogram.Histogram;

/**
 * A client of {@code /v1/events} on a bare socket and a thread of its own: counts events and times each from the
 * {@code time} that its worker gave it, in milliseconds, just before it wrote the record.
 */
final class StreamClient implements AutoCloseable {
    private static final String TIME = "\"time\":\"";
    private static final long LONGEST_MILLIS = 600_000;

    private final Socket socket;
    private final InputStream in;
    private final long openedNanos = System.nanoTime();
    private final Thread thread;
    private Histogram millis = new Histogram(LONGEST_MILLIS, 3);
    private long events;
    private long workers;
    private long gaps;
    private volatile long snapshotNanos;
    private volatile long snapshotBytes;

    /**
     * What was read since the last look.
     *
     * @param events of pulls and jobs
     * @param workers states of workers
     * @param gaps that the gateway told of
     * @param p50 milliseconds
     * @param p99 the same
     * @param max the same
     */
    record Reading(long events, long workers, long gaps, long p50, long p99, long max) {}

    /** Asks and reads on; the snapshot comes first. */
    StreamClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setReceiveBufferSize(1 << 20);
        socket.getOutputStream()
                .write(("GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nAccept: text/event-stream\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        in = new BufferedInputStream(socket.getInputStream(), 1 << 18);
        thread = Thread.ofPlatform().daemon().name("stream").start(this::run);
    }

    /** Asks, waits for the snapshot and hangs up; milliseconds and bytes of it. */
    static long[] snapshot(int port) throws IOException, InterruptedException {
        try (StreamClient client = new StreamClient(port)) {
            while (client.snapshotNanos == 0) {
                Thread.sleep(1);
            }
            return new long[] {(client.snapshotNanos - client.openedNanos) / 1_000_000, client.snapshotBytes};
        }
    }

    private void run() {
        try {
            boolean chunked = false;
            for (String head = headLine(); !head.isEmpty(); head = headLine()) {
                chunked |= head.equalsIgnoreCase("transfer-encoding: chunked");
            }
            new Body(in, chunked).lines(this::onLine);
        } catch (IOException e) {
            // hung up
        }
    }

    private String headLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException();
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.US_ASCII).strip();
    }

    private String kind = "";

    private void onLine(byte[] bytes, int length) {
        if (length == 0) {
            kind = "";
        } else if (startsWith(bytes, length, "event: ") || startsWith(bytes, length, "event:")) {
            kind = new String(bytes, 0, length, StandardCharsets.US_ASCII)
                    .substring("event:".length())
                    .strip();
        } else if (startsWith(bytes, length, "data:")) {
            onData(bytes, length);
        }
    }

    private static boolean startsWith(byte[] bytes, int length, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (i >= length || bytes[i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private void onData(byte[] bytes, int length) {
        switch (kind) {
            case "snapshot" -> {
                snapshotBytes = length;
                snapshotNanos = System.nanoTime();
            }
            case "worker" -> {
                synchronized (this) {
                    workers++;
                }
            }
            case "gap" -> {
                synchronized (this) {
                    gaps++;
                }
                System.out.println("the stream told of a gap: " + new String(bytes, 0, length, StandardCharsets.UTF_8));
            }
            default -> {
                String text = new String(bytes, 0, Math.min(length, 1_000), StandardCharsets.ISO_8859_1);
                int at = text.indexOf(TIME);
                if (at < 0) {
                    return; // job.accepted names its workers first
                }
                int from = at + TIME.length();
                Instant time = Instant.parse(text.substring(from, text.indexOf('"', from)));
                long late = Math.clamp(System.currentTimeMillis() - time.toEpochMilli(), 0, LONGEST_MILLIS);
                synchronized (this) {
                    events++;
                    millis.recordValue(late);
                }
            }
        }
    }

    /** What came since the last call, or since the beginning. */
    synchronized Reading read() {
        Reading reading = new Reading(
                events,
                workers,
                gaps,
                millis.getValueAtPercentile(50),
                millis.getValueAtPercentile(99),
                millis.getMaxValue());
        events = 0;
        workers = 0;
        gaps = 0;
        millis = new Histogram(LONGEST_MILLIS, 3);
        return reading;
    }

    @Override
    public void close() {
        try {
            socket.close();
            thread.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The lines of an answer's body. */
    private static final class Body {
        /** Takes a line; the bytes are used again afterwards. */
        interface Lines {
            void take(byte[] bytes, int length);
        }

        private final InputStream in;
        private final boolean chunked;
        private final byte[] piece = new byte[1 << 16];
        private byte[] line = new byte[1 << 16];
        private int length;

        Body(InputStream in, boolean chunked) {
            this.in = in;
            this.chunked = chunked;
        }

        void lines(Lines sink) throws IOException {
            while (true) {
                long left = chunked ? chunkSize() : Long.MAX_VALUE;
                if (left == 0) {
                    return;
                }
                while (left > 0) {
                    int count = in.read(piece, 0, (int) Math.min(piece.length, left));
                    if (count < 0) {
                        return;
                    }
                    left -= count;
                    take(count, sink);
                }
                if (chunked) {
                    in.skipNBytes(2);
                }
            }
        }

        private long chunkSize() throws IOException {
            long size = 0;
            for (int b = in.read(); b != '\n'; b = in.read()) {
                if (b < 0) {
                    throw new EOFException();
                }
                if (b != '\r') {
                    size = size * 16 + Character.digit(b, 16);
                }
            }
            return size;
        }

        private void take(int count, Lines sink) {
            for (int i = 0; i < count; i++) {
                byte b = piece[i];
                if (b == '\n') {
                    sink.take(line, length);
                    length = 0;
                } else {
                    if (length == line.length) {
                        line = Arrays.copyOf(line, 2 * length);
                    }
                    line[length++] = b;
                }
            }
        }
    }
}
