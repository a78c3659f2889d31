// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy on loopback, as companies have them: {@code CONNECT} and whole URLs, for names that only it knows. It
 * remembers the heads of the requests to itself. Each connection has threads of its own.
 */
public final class ConnectProxy implements AutoCloseable {
    private final Thread acceptor;
    private final ServerSocket listener;
    private final Map<String, Integer> ports = new ConcurrentHashMap<>();
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private volatile @Nullable String login;
    private volatile @Nullable String refusal;

    /** Listens on a free port. */
    public ConnectProxy() {
        try {
            listener = new ServerSocket(0, 20, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        acceptor = Thread.ofPlatform().daemon().name("connect-proxy").start(this::accept);
    }

    /** Leads {@code host:port} to a port on loopback. */
    public ConnectProxy knows(String authority, int port) {
        ports.put(authority, port);
        return this;
    }

    /** Asks for this user and password from now on. */
    public ConnectProxy asksFor(String user, String password) {
        login = "Basic " + Base64.getEncoder().encodeToString((user + ':' + password).getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** Answers every request with this status line and a page. */
    public ConnectProxy refusesWith(String statusAndReason) {
        refusal = statusAndReason;
        return this;
    }

    /** Where it listens, without credentials: {@code 127.0.0.1:PORT}. */
    public String address() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /** Request line and headers of every request to the proxy itself. */
    public List<String> heads() {
        return List.copyOf(heads);
    }

    @Override
    public void close() {
        try {
            listener.close();
            // A thread within accept keeps the closed socket listening until it wakes, and may take one more.
            acceptor.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                // The test is over.
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            List<String> lines = head(client.getInputStream());
            heads.add(String.join("\n", lines));
            String[] request = lines.getFirst().split(" ", 3);
            boolean tunnel = request[0].equals("CONNECT");
            String authority = tunnel ? request[1] : authority(request[1]);
            Integer port = ports.get(authority);
            String wanted = login;
            String refused = refusal;
            if (wanted != null && !lines.contains("Proxy-Authorization: " + wanted)) {
                answer(client, "407 Proxy Authentication Required");
            } else if (refused != null) {
                answer(client, refused);
            } else if (port == null) {
                answer(client, "502 Bad Gateway");
            } else {
                pass(client, port, tunnel, lines);
            }
        } catch (IOException e) {
            // One of the two went away.
        }
    }

    private static void answer(Socket client, String status) throws IOException {
        String page = "<html><title>" + status + "</title></html>";
        write(
                client.getOutputStream(),
                "HTTP/1.1 " + status + "\r\nContent-Type: text/html\r\nContent-Length: " + page.length()
                        + "\r\nConnection: close\r\n\r\n" + page);
    }

    private static void pass(Socket client, int port, boolean tunnel, List<String> lines) throws IOException {
        try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
            if (tunnel) {
                write(client.getOutputStream(), "HTTP/1.1 200 Connection established\r\n\r\n");
            } else {
                List<String> forwarded = new ArrayList<>(lines);
                String[] request = lines.getFirst().split(" ", 3);
                int slash = request[1].indexOf('/', "http://".length());
                forwarded.set(0, request[0] + ' ' + (slash < 0 ? "/" : request[1].substring(slash)) + ' ' + request[2]);
                forwarded.removeIf(line -> line.startsWith("Proxy-Authorization:"));
                write(server.getOutputStream(), String.join("\r\n", forwarded) + "\r\n\r\n");
            }
            Thread up = Thread.ofVirtual().start(() -> copy(client, server));
            copy(server, client);
            up.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // The end of it.
        }
    }

    private static List<String> head(InputStream in) throws IOException {
        // Only the head: the bytes behind it belong to the target.
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("no request");
            }
            head.append((char) b);
        }
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                new java.io.ByteArrayInputStream(head.toString().getBytes(StandardCharsets.ISO_8859_1)),
                StandardCharsets.ISO_8859_1))) {
            return reader.lines().filter(line -> !line.isEmpty()).toList();
        }
    }

    private static String authority(String url) {
        String rest = url.substring("http://".length());
        int slash = rest.indexOf('/');
        String authority = slash < 0 ? rest : rest.substring(0, slash);
        return authority.contains(":") ? authority : authority + ":80";
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }
}
