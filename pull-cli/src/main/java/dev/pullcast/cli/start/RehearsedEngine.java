// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.start;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** As much of a Docker Engine as a rehearsal needs: it has one image, and gets another when that is pulled. */
final class RehearsedEngine implements AutoCloseable {
    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);
    private static final String THERE = """
            [{"Id":"sha256:1","RepoTags":["rehearsed/there:1"],"RepoDigests":["rehearsed/there@%s"],"Size":1000}]""".formatted(DIGEST);
    private static final String PULLED = """
            {"Id":"sha256:2","RepoTags":["rehearsed/new:1"],"RepoDigests":["rehearsed/new@%s"],"Os":"linux","Architecture":"amd64"}""".formatted(DIGEST);
    private static final String STREAM = """
            {"status":"Pulling from rehearsed/new","id":"1"}
            {"status":"Pulling fs layer","progressDetail":{},"id":"0123456789ab"}
            {"status":"Downloading","progressDetail":{"current":500,"total":1000},"id":"0123456789ab"}
            {"status":"Download complete","progressDetail":{},"id":"0123456789ab"}
            {"status":"Extracting","progressDetail":{"current":1000,"total":1000},"id":"0123456789ab"}
            {"status":"Pull complete","progressDetail":{},"id":"0123456789ab"}
            {"status":"Digest: %s"}
            {"status":"Status: Downloaded newer image for rehearsed/new:1"}
            """.formatted(DIGEST);

    private final Path socket;
    private final ServerSocketChannel listener;
    private volatile boolean pulled;

    private RehearsedEngine(Path socket, ServerSocketChannel listener) {
        this.socket = socket;
        this.listener = listener;
    }

    static RehearsedEngine start(Path socket) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket));
        RehearsedEngine engine = new RehearsedEngine(socket, listener);
        Thread.ofPlatform().daemon().name("rehearsed-engine").start(engine::serve);
        return engine;
    }

    Path socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private void serve() {
        while (listener.isOpen()) {
            try {
                SocketChannel connection = listener.accept();
                Thread.ofPlatform().daemon().name("rehearsed-connection").start(() -> talk(connection));
            } catch (IOException e) {
                return; // closed: the rehearsal is over
            }
        }
    }

    private void talk(SocketChannel connection) {
        try (connection) {
            BufferedReader requests = new BufferedReader(
                    new InputStreamReader(Channels.newInputStream(connection), StandardCharsets.ISO_8859_1));
            for (String line = requests.readLine(); line != null; line = requests.readLine()) {
                if (line.endsWith(" HTTP/1.1")) {
                    String target = line.substring(line.indexOf(' ') + 1, line.lastIndexOf(' '));
                    connection.write(ByteBuffer.wrap(
                            answer(line.startsWith("HEAD"), target).getBytes(StandardCharsets.UTF_8)));
                }
            }
        } catch (IOException e) {
            // the other side has what it wanted
        }
    }

    private String answer(boolean head, String target) {
        if (target.contains("/images/create")) {
            pulled = true;
            return http(200, STREAM, false);
        }
        if (target.equals("/images/json")) {
            return http(200, THERE, false);
        }
        if (target.contains("/images/")) {
            return pulled ? http(200, PULLED, false) : http(404, "{\"message\":\"No such image\"}", false);
        }
        return http(200, target.contains("/info") ? "{\"OSType\":\"linux\",\"Architecture\":\"x86_64\"}" : "OK", head);
    }

    private static String http(int status, String body, boolean withoutBody) {
        return "HTTP/1.1 " + status
                + " Rehearsed\r\nApi-Version: 1.41\r\nContent-Type: application/json\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + (withoutBody ? "" : body);
    }
}
