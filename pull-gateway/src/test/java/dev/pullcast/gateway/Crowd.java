// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Many connections of one attacker, on bare sockets of 127.0.0.1. */
final class Crowd implements AutoCloseable {
    private final int port;
    private final List<Socket> sockets = new ArrayList<>();

    Crowd(int port) {
        this.port = port;
    }

    /** Opens one more; it takes as little of answers as the kernel allows. */
    Socket open() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
        sockets.add(socket);
        return socket;
    }

    /** Opens so many and sends the same on all of them, each in a thread, until it is sent or cut. */
    void openAll(int count, String text) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < count; i++) {
            Socket socket = open();
            Thread.ofVirtual().start(() -> send(socket, bytes));
        }
    }

    static void send(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            // It was cut, which is what is expected.
        }
    }

    /** Sends one more byte on each; returns how many take it. */
    int drip() {
        int open = 0;
        for (Socket socket : sockets) {
            try {
                socket.getOutputStream().write('a');
                open++;
            } catch (IOException e) {
                // It was cut.
            }
        }
        return open;
    }

    /** Whether each was ended by the other side within a time, whatever was sent before. */
    boolean allCut(long seconds) throws InterruptedException {
        CountDownLatch cut = new CountDownLatch(sockets.size());
        for (Socket socket : sockets) {
            Thread.ofVirtual().start(() -> {
                drain(socket);
                cut.countDown();
            });
        }
        return cut.await(seconds, TimeUnit.SECONDS);
    }

    /** How many were ended by the other side before they had anything to read. */
    int refused() throws InterruptedException {
        AtomicInteger refused = new AtomicInteger();
        CountDownLatch looked = new CountDownLatch(sockets.size());
        for (Socket socket : sockets) {
            Thread.ofVirtual().start(() -> {
                try {
                    socket.setSoTimeout(500);
                    if (socket.getInputStream().read() < 0) {
                        refused.incrementAndGet();
                    }
                } catch (java.net.SocketTimeoutException e) {
                    // It is open.
                } catch (IOException e) {
                    refused.incrementAndGet();
                }
                looked.countDown();
            });
        }
        looked.await(10, TimeUnit.SECONDS);
        return refused.get();
    }

    private static void drain(Socket socket) {
        try {
            InputStream in = socket.getInputStream();
            byte[] some = new byte[8192];
            while (in.read(some) >= 0) {
                // What it says is not the question.
            }
        } catch (IOException e) {
            // Reset.
        }
    }

    int size() {
        return sockets.size();
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }
}
