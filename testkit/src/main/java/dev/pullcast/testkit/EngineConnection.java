// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

/**
 * One connection to a {@link ScriptedEngine}. One thread reads requests, so that it is known at once when the client
 * leaves; another plays the answers, in order.
 */
final class EngineConnection {
    private static final byte[] CRLF = {'\r', '\n'};

    private final SocketChannel channel;
    private final Function<EngineRequest, EngineAnswer> script;
    private final CompletableFuture<Void> left = new CompletableFuture<>();
    private final BlockingQueue<EngineRequest> requests = new LinkedBlockingQueue<>();
    private final EngineRequest lastOfAll;

    // Owned by the reading thread.
    private final ByteBuffer in = ByteBuffer.allocate(16384).flip();

    // Owned by the answering thread.
    private boolean chunked;
    private boolean bodyless;

    EngineConnection(SocketChannel channel, Function<EngineRequest, EngineAnswer> script) {
        this.channel = channel;
        this.script = script;
        this.lastOfAll = new EngineRequest("", "", Map.of(), new byte[0], left);
    }

    void start() {
        Thread.ofPlatform().daemon().name("scripted-engine-reads").start(this::readRequests);
        Thread.ofPlatform().daemon().name("scripted-engine-answers").start(this::playAnswers);
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // It is closed then.
        }
    }

    private void readRequests() {
        try {
            while (true) {
                requests.add(readRequest());
            }
        } catch (IOException e) {
            // The client left, or this side closed.
        } finally {
            left.complete(null);
            requests.add(lastOfAll);
        }
    }

    private EngineRequest readRequest() throws IOException {
        String[] start = readLine().split(" ", -1);
        if (start.length != 3) {
            throw new IOException("not a request: " + String.join(" ", start));
        }
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        String line = readLine();
        while (!line.isEmpty()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).strip(), line.substring(colon + 1).strip());
            line = readLine();
        }
        return new EngineRequest(start[0], start[1], headers, readBody(headers), left);
    }

    private byte[] readBody(Map<String, String> headers) throws IOException {
        String length = headers.get("Content-Length");
        if (length != null) {
            return readBytes(Integer.parseInt(length));
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (headers.containsKey("Transfer-Encoding")) {
            int size = Integer.parseInt(readLine(), 16);
            while (size > 0) {
                body.write(readBytes(size));
                readLine();
                size = Integer.parseInt(readLine(), 16);
            }
            readLine();
        }
        return body.toByteArray();
    }

    private String readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = readByte();
        while (next != '\n') {
            if (next != '\r') {
                line.write(next);
            }
            next = readByte();
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    private byte[] readBytes(int count) throws IOException {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) readByte();
        }
        return bytes;
    }

    private int readByte() throws IOException {
        if (!in.hasRemaining()) {
            in.clear();
            int read = channel.read(in);
            in.flip();
            if (read < 0) {
                throw new EOFException();
            }
        }
        return in.get() & 0xFF;
    }

    private void playAnswers() {
        try {
            while (true) {
                EngineRequest request = requests.take();
                if (request == lastOfAll) {
                    return;
                }
                bodyless = request.method().equals("HEAD");
                for (EngineAct act : script.apply(request).acts()) {
                    play(act, request);
                }
                request.markAnswered();
            }
        } catch (IOException e) {
            // The client left in the middle; the request says so.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
    }

    private void play(EngineAct act, EngineRequest request) throws IOException, InterruptedException {
        switch (act) {
            case EngineAct.Head head -> writeHead(head);
            case EngineAct.Say say -> writeBody(say.bytes(), 0, say.bytes().length());
            case EngineAct.Split split -> {
                for (int from = 0; from < split.bytes().length(); from += split.size()) {
                    writeBody(
                            split.bytes(),
                            from,
                            Math.min(from + split.size(), split.bytes().length()));
                }
            }
            case EngineAct.Garble garble ->
                write(garble.bytes().buffer(0, garble.bytes().length()));
            case EngineAct.Endless endless -> writeEndless(endless);
            case EngineAct.Pause pause ->
                await(CompletableFuture.anyOf(pause.gate().opened(), left));
            case EngineAct.Effect effect -> effect.effect().run();
            case EngineAct.End _ -> {
                if (chunked && !bodyless) {
                    write(ByteBuffer.wrap("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
                }
            }
            case EngineAct.Cut _ -> {
                request.markAnswered();
                close();
            }
            case EngineAct.Stall _ -> await(left);
        }
    }

    private static void await(CompletableFuture<?> future) throws InterruptedException {
        try {
            future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("gates do not fail", e);
        }
    }

    private void writeHead(EngineAct.Head head) throws IOException {
        chunked = head.chunked();
        StringBuilder text = new StringBuilder("HTTP/1.1 ")
                .append(head.status())
                .append(' ')
                .append(head.reason())
                .append("\r\n");
        head.headers()
                .forEach((name, value) ->
                        text.append(name).append(": ").append(value).append("\r\n"));
        if (chunked) {
            text.append("Transfer-Encoding: chunked\r\n");
        }
        write(ByteBuffer.wrap(text.append("\r\n").toString().getBytes(StandardCharsets.UTF_8)));
    }

    private void writeEndless(EngineAct.Endless endless) throws IOException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        while (block.size() < 65536) {
            block.write(endless.pattern().toArray());
        }
        Bytes bytes = Bytes.of(block.toByteArray());
        for (long sent = 0; sent < endless.atMost(); sent += bytes.length()) {
            writeBody(bytes, 0, bytes.length());
        }
    }

    private void writeBody(Bytes bytes, int from, int to) throws IOException {
        if (bodyless || from == to) {
            return;
        }
        ByteBuffer body = bytes.buffer(from, to);
        if (!chunked) {
            write(body);
            return;
        }
        byte[] size = (Integer.toHexString(to - from) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer chunk = ByteBuffer.allocate(size.length + to - from + CRLF.length);
        write(chunk.put(size).put(body).put(CRLF).flip());
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
