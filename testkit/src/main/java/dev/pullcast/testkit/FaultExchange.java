// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One request through a {@link FaultProxy}; one thread. */
final class FaultExchange {
    private static final int TLS_HANDSHAKE = 0x16;
    private static final int MAX_HEAD = 64 * 1024;
    private static final String BEARER = "of-the-fault-proxy";

    private final Socket client;
    private final InetSocketAddress upstream;
    private String method = "";
    private String path = "";
    private Map<String, String> headers = Map.of();
    private int status;
    private long sent;

    /** Looks for what is to be spoiled. */
    interface Faults {
        /**
         * The fault for an answer.
         *
         * @param bodyLength of the server's answer; -1 before it was asked
         */
        Optional<Fault> find(String path, long bodyLength);
    }

    /** First line and headers, names in lower case. */
    private record Head(String firstLine, Map<String, String> headers) {}

    FaultExchange(Socket client, InetSocketAddress upstream) {
        this.client = client;
        this.upstream = upstream;
    }

    FaultProxy.Request toRequest() {
        return new FaultProxy.Request(method, path, headers.getOrDefault("range", ""), status, sent);
    }

    /** False if the client does not speak HTTP: engines try TLS first. */
    boolean readRequest() throws IOException {
        InputStream in = new BufferedInputStream(client.getInputStream());
        in.mark(1);
        int first = in.read();
        if (first == TLS_HANDSHAKE) {
            refuseTls(in);
        }
        if (first < 0 || first == TLS_HANDSHAKE) {
            return false;
        }
        in.reset();
        Head head = readHead(in);
        String[] words = head.firstLine().split(" ", 3);
        if (words.length < 3) {
            return false;
        }
        method = words[0];
        path = words[1];
        headers = head.headers();
        return true;
    }

    /** As Go's server does, on which registries run: without this, containerd does not fall back to plain HTTP. */
    private void refuseTls(InputStream in) throws IOException {
        client.getOutputStream()
                .write("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n400 Bad Request"
                        .getBytes(StandardCharsets.ISO_8859_1));
        client.shutdownOutput();
        // What is left unread when the connection closes would make a reset of the answer.
        client.setSoTimeout(1_000);
        in.readAllBytes();
    }

    void answer(Faults faults) throws IOException {
        Optional<Fault> before = faults.find(path, -1);
        if (before.isPresent() && answerOurselves(before.get())) {
            return;
        }
        try (Socket server = new Socket()) {
            server.connect(upstream, 5_000);
            server.getOutputStream().write(requestHead().getBytes(StandardCharsets.ISO_8859_1));
            InputStream body = new BufferedInputStream(server.getInputStream(), 64 * 1024);
            Head head = readHead(body);
            status = Integer.parseInt(head.firstLine().split(" ", 3)[1]);
            long length = Long.parseLong(head.headers().getOrDefault("content-length", "-1"));
            writeHead(head);
            if (!method.equals("HEAD")) {
                Optional<Fault> fault = before.isPresent() ? before : faults.find(path, Math.max(length, 0));
                passOn(body, fault.orElse(new Fault.Slow(Integer.MAX_VALUE)));
            }
        }
    }

    /** The server's body passes through; what it does with it depends on the fault. */
    private void passOn(InputStream body, Fault fault) throws IOException {
        long bound = switch (fault) {
            case Fault.ResetAfter(long bytes) -> bytes;
            case Fault.EndAfter(long bytes) -> bytes;
            case Fault.StallAfter(long bytes) -> bytes;
            case Fault.Slow _, Fault.Answer _, Fault.Token _, Fault.Basic _, Fault.CorruptAt _ -> Long.MAX_VALUE;
        };
        int rate = fault instanceof Fault.Slow(int bytesPerSecond) ? bytesPerSecond : Integer.MAX_VALUE;
        copy(body, bound, rate, fault instanceof Fault.CorruptAt(long place) ? place : -1);
        switch (fault) {
            case Fault.ResetAfter _ -> {
                // What was written has to leave before the reset throws away what has not.
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
                FaultProxy.reset(client);
            }
            // Nothing comes from the client any more, so this returns when it hangs up.
            case Fault.StallAfter _ -> client.getInputStream().readAllBytes();
            case Fault.EndAfter _, Fault.Slow _, Fault.Answer _, Fault.Token _, Fault.Basic _, Fault.CorruptAt _ ->
                client.shutdownOutput();
        }
    }

    private void copy(InputStream body, long bound, int bytesPerSecond, long spoiled) throws IOException {
        OutputStream out = client.getOutputStream();
        byte[] buffer = new byte[Math.clamp(bytesPerSecond / 20, 512, 64 * 1024)];
        long start = System.nanoTime();
        while (sent < bound) {
            int n = body.read(buffer, 0, (int) Math.min(buffer.length, bound - sent));
            if (n < 0) {
                return;
            }
            if (spoiled >= sent && spoiled < sent + n) {
                buffer[(int) (spoiled - sent)] ^= 1;
            }
            out.write(buffer, 0, n);
            sent += n;
            long due = (long) (sent * 1e9 / bytesPerSecond);
            LockSupport.parkNanos(due - (System.nanoTime() - start));
        }
    }

    private boolean answerOurselves(Fault fault) throws IOException {
        return switch (fault) {
            case Fault.Answer answer -> {
                write(answer);
                yield true;
            }
            case Fault.Token token -> askForToken(token);
            case Fault.Basic basic -> askForPassword(basic);
            case Fault.Slow _, Fault.ResetAfter _, Fault.EndAfter _, Fault.StallAfter _, Fault.CorruptAt _ -> false;
        };
    }

    private boolean askForToken(Fault.Token token) throws IOException {
        String given = headers.getOrDefault("authorization", "");
        if (path.startsWith("/token")) {
            write(
                    given.equals(basic(token.user(), token.password()))
                            ? json(200, "{\"token\":\"" + BEARER + "\"}")
                            : json(401, "{\"details\":\"incorrect username or password\"}"));
            return true;
        }
        if (given.equals("Bearer " + BEARER)) {
            return false;
        }
        return refuse("Bearer realm=\"http://" + headers.get("host") + "/token\",service=\"fault-proxy\"");
    }

    private boolean askForPassword(Fault.Basic wanted) throws IOException {
        if (headers.getOrDefault("authorization", "").equals(basic(wanted.user(), wanted.password()))) {
            headers.remove("authorization"); // the registry behind asks for none
            return false;
        }
        return refuse("Basic realm=\"fault-proxy\"");
    }

    private static String basic(String user, String password) {
        String pair = user + ':' + password;
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private boolean refuse(String challenge) throws IOException {
        write(new Fault.Answer(
                401,
                Map.of("Content-Type", "application/json", "Www-Authenticate", challenge),
                "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication required\"}]}"));
        return true;
    }

    private static Fault.Answer json(int status, String body) {
        return new Fault.Answer(status, Map.of("Content-Type", "application/json"), body);
    }

    private void write(Fault.Answer answer) throws IOException {
        status = answer.status();
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        Map<String, String> all = new LinkedHashMap<>(answer.headers());
        all.put("Content-Length", String.valueOf(body.length));
        writeHead(new Head("HTTP/1.1 " + answer.status() + " Fault", all));
        if (!method.equals("HEAD")) {
            client.getOutputStream().write(body);
        }
        client.shutdownOutput();
    }

    private void writeHead(Head head) throws IOException {
        StringBuilder text = new StringBuilder(head.firstLine()).append("\r\n");
        head.headers().forEach((name, value) -> {
            if (!name.equals("connection")) {
                text.append(name).append(": ").append(value).append("\r\n");
            }
        });
        text.append("Connection: close\r\n\r\n");
        client.getOutputStream().write(text.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    private String requestHead() {
        StringBuilder text = new StringBuilder(method + ' ' + path + " HTTP/1.1\r\n");
        headers.forEach((name, value) -> {
            // The registry behind knows nothing of our tokens.
            if (!name.equals("connection") && !value.equals("Bearer " + BEARER)) {
                text.append(name).append(": ").append(value).append("\r\n");
            }
        });
        return text.append("Connection: close\r\n\r\n").toString();
    }

    private static Head readHead(InputStream in) throws IOException {
        String first = readLine(in);
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = readLine(in); !line.isEmpty(); line = readLine(in)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                // Podman sends one Accept per media type.
                headers.merge(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip(),
                        (earlier, next) -> earlier + ", " + next);
            }
        }
        return new Head(first, headers);
    }

    private static String readLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n' && line.size() < MAX_HEAD; b = in.read()) {
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).strip();
    }
}
