// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A server on a bare socket that writes whatever bytes a test wants, for as long as they are read. Cuts connections that
 * begin with TLS where it has no certificate, as real servers of plain HTTP do.
 */
public final class EvilServer implements AutoCloseable {
    private static final int TLS_HANDSHAKE = 0x16;
    private static final int MAX_HEAD = 256 << 10;

    private final ServerSocket server;
    private final Script script;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** Thrown by a script, it leaves the connection open, without a byte more, until the other side closes it. */
    public static final class Silence extends IOException {
        private static final long serialVersionUID = 1;
    }

    /** The bytes of an answer. */
    public interface Script {
        /**
         * Writes an answer.
         *
         * @param request head and body, as far as it has a length
         */
        void answer(String request, OutputStream out) throws IOException;
    }

    private EvilServer(ServerSocket server, Script script) {
        this.server = server;
        this.script = script;
        Thread.ofPlatform().daemon().name("evil-server").start(this::accept);
    }

    /** Plain HTTP on 127.0.0.1. */
    public static EvilServer start(Script script) {
        return start("127.0.0.1", 0, null, script);
    }

    /**
     * A server at an address of its own.
     *
     * @param address of this machine's loopback, as {@code 127.0.0.2}
     * @param port 0 for any free one
     * @param tls null for plain HTTP
     */
    public static EvilServer start(String address, int port, @Nullable SSLContext tls, Script script) {
        try {
            InetAddress at = InetAddress.ofLiteral(address);
            return new EvilServer(
                    tls == null
                            ? new ServerSocket(port, 64, at)
                            : tls.getServerSocketFactory().createServerSocket(port, 64, at),
                    script);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                open.add(client);
                Thread.ofPlatform().daemon().name("evil-server-request").start(() -> serve(client));
            } catch (IOException e) {
                return; // close() was called
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            InputStream in = new BufferedInputStream(client.getInputStream());
            in.mark(1);
            int first = in.read();
            in.reset();
            if (first != TLS_HANDSHAKE && first >= 0) {
                String request = request(in);
                requests.add(request);
                answer(request, client.getOutputStream(), in);
            }
        } catch (IOException e) {
            // The other side has had enough, which is what most tests want.
        } finally {
            open.remove(client);
        }
    }

    private void answer(String request, OutputStream out, InputStream in) throws IOException {
        try {
            script.answer(request, out);
            out.flush();
        } catch (Silence e) {
            in.readAllBytes();
        }
    }

    private static String request(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf("\r\n\r\n", Math.max(0, text.length() - 4)) < 0 && text.length() < MAX_HEAD) {
            int b = in.read();
            if (b < 0) {
                return text.toString();
            }
            text.append((char) b);
        }
        String marker = "\r\nContent-Length: ";
        int at = text.indexOf(marker);
        if (at >= 0) {
            int end = text.indexOf("\r\n", at + 2);
            int length = Integer.parseInt(text.substring(at + marker.length(), end));
            text.append(new String(in.readNBytes(length), StandardCharsets.ISO_8859_1));
        }
        return text.toString();
    }

    /** {@code address:port}. */
    public String address() {
        return server.getInetAddress().getHostAddress() + ':' + server.getLocalPort();
    }

    /** The port alone. */
    public int port() {
        return server.getLocalPort();
    }

    /** Heads, and bodies with a length, of all requests so far. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /** Connections at this moment. */
    public int open() {
        return open.size();
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket each : open) {
                each.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
