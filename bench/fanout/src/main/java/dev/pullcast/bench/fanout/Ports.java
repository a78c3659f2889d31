// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.fanout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Ports of loopback. */
public final class Ports {
    private static final int ATTEMPTS = 300;

    private Ports() {}

    /** One that nobody listens on now. */
    public static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Waits until somebody listens there. */
    public static void await(int port) throws IOException, InterruptedException {
        for (int i = 0; i < ATTEMPTS; i++) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (IOException e) {
                Thread.sleep(100);
            }
        }
        throw new IOException("nobody listens on port " + port);
    }
}
