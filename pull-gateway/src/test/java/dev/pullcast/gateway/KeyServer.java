// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A server of a JSON Web Key Set that behaves as a test wants; a raw socket. */
final class KeyServer implements AutoCloseable {
    private static final int MEBIBYTE = 1024 * 1024;

    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();
    private volatile Manner manner = Manner.GOOD;
    private volatile String keys;

    /** How it answers. */
    enum Manner {
        GOOD,
        /** Says nothing. */
        STALLS_BEFORE_ITS_HEAD,
        /** Stops in the middle of its head. */
        STALLS_IN_ITS_HEAD,
        /** Stops in the middle of its body. */
        STALLS_IN_ITS_BODY,
        /** Sends a byte a second. */
        TRICKLES,
        /** Sends 10 MB. */
        SENDS_TEN_MEGABYTES,
        /** Sends 10 MB without saying how long it is. */
        SENDS_WITHOUT_END,
        /** Closes in the middle of its body. */
        CUTS,
        FAILS,
        /** Is a page, no key set. */
        ANSWERS_A_PAGE,
        /** A set without a key that could be used. */
        ANSWERS_AN_EMPTY_SET,
        /** Points at another place. */
        REDIRECTS
    }

    KeyServer(String keys) {
        this.keys = keys;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort() + "/keys";
    }

    int asked() {
        return asked.get();
    }

    void serve(String now) {
        keys = now;
    }

    void behave(Manner now) {
        manner = now;
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                open.add(socket);
                Thread.ofVirtual().start(() -> answer(socket));
            }
        } catch (IOException e) {
            // It was closed.
        }
    }

    private void answer(Socket socket) {
        try (socket) {
            readHead(socket);
            asked.incrementAndGet();
            answer(socket.getOutputStream());
        } catch (IOException e) {
            // The client has left.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer(OutputStream out) throws IOException, InterruptedException {
        byte[] body = keys.getBytes(StandardCharsets.UTF_8);
        switch (manner) {
            case GOOD -> send(out, head(body.length), body);
            case STALLS_BEFORE_ITS_HEAD -> closing.await();
            case STALLS_IN_ITS_HEAD -> {
                send(out, "HTTP/1.1 200 OK\r\nContent-Le");
                closing.await();
            }
            case STALLS_IN_ITS_BODY -> {
                send(out, head(body.length), new byte[] {'{'});
                closing.await();
            }
            case TRICKLES -> {
                send(out, head(body.length));
                for (byte one : body) {
                    send(out, "", new byte[] {one});
                    if (closing.await(1, TimeUnit.SECONDS)) {
                        return;
                    }
                }
            }
            case SENDS_TEN_MEGABYTES -> {
                send(out, head(10 * MEBIBYTE));
                fill(out);
            }
            case SENDS_WITHOUT_END -> {
                send(out, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
                fill(out);
            }
            case CUTS -> send(out, head(body.length), new byte[] {'{'});
            case FAILS -> send(out, "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            case ANSWERS_A_PAGE -> send(out, head(6), "<html>".getBytes(StandardCharsets.US_ASCII));
            case ANSWERS_AN_EMPTY_SET -> send(out, head(11), "{\"keys\":[]}".getBytes(StandardCharsets.US_ASCII));
            case REDIRECTS ->
                send(
                        out,
                        "HTTP/1.1 302 Found\r\nLocation: " + url()
                                + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    }

    private static void fill(OutputStream out) throws IOException {
        byte[] blanks = " ".repeat(MEBIBYTE).getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 10; i++) {
            out.write(blanks);
        }
        out.flush();
    }

    private static String head(int length) {
        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " + length
                + "\r\n\r\n";
    }

    private static void send(OutputStream out, String head, byte... body) throws IOException {
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        out.write(body);
        out.flush();
    }

    private static void readHead(Socket socket) throws IOException {
        var in = socket.getInputStream();
        int ends = 0;
        for (int b = in.read(); b >= 0 && ends < 2; b = ends == 2 ? -1 : in.read()) {
            ends = b == '\n' ? ends + 1 : b == '\r' ? ends : 0;
        }
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            listener.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
