// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import dev.pullcast.testkit.PemCertificate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** An HTTP server that answers each connection with the next prepared bytes and then closes it. */
final class ScriptedServer implements AutoCloseable {
    private final ServerSocket listener;
    private final String scheme;
    private final Queue<String> answers = new ConcurrentLinkedQueue<>();
    private final List<String> heads = new CopyOnWriteArrayList<>();

    ScriptedServer() throws IOException {
        this(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()), "http");
    }

    /** One that shows this certificate. */
    ScriptedServer(PemCertificate certificate) throws IOException {
        this(
                certificate
                        .server()
                        .getServerSocketFactory()
                        .createServerSocket(0, 10, InetAddress.getLoopbackAddress()),
                "https");
    }

    private ScriptedServer(ServerSocket listener, String scheme) {
        this.listener = listener;
        this.scheme = scheme;
        Thread.ofPlatform().daemon().name("scripted-server").start(this::serve);
    }

    /** The next connection gets this, byte for byte, and is closed then. */
    ScriptedServer answer(String bytes) {
        answers.add(bytes);
        return this;
    }

    /** The next connection gets these lines as an event stream. */
    ScriptedServer stream(String... lines) {
        return answer("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + String.join("\n", lines) + "\n");
    }

    String url() {
        return scheme + "://127.0.0.1:" + listener.getLocalPort();
    }

    /** Request line and headers of each request so far. */
    List<String> heads() {
        return List.copyOf(heads);
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private void serve() {
        while (!listener.isClosed()) {
            try (Socket socket = listener.accept()) {
                heads.add(head(socket));
                String answer = answers.poll();
                if (answer != null) {
                    socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
                    socket.getOutputStream().flush();
                }
            } catch (IOException e) {
                // The client went, or the test is over.
            }
        }
    }

    private static String head(Socket socket) throws IOException {
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        List<String> lines = new ArrayList<>();
        int length = 0;
        for (@Nullable String line = reader.readLine(); line != null && !line.isEmpty(); line = reader.readLine()) {
            lines.add(line);
            if (line.startsWith("Content-Length: ")) {
                length = Integer.parseInt(line.substring("Content-Length: ".length()));
            }
        }
        // Read what was sent: closing with bytes unread would reset the connection.
        char[] body = new char[length];
        int read = 0;
        while (read < length) {
            read += Math.max(0, reader.read(body, read, length - read));
        }
        lines.add("");
        lines.add(new String(body));
        return String.join("\n", lines);
    }
}
