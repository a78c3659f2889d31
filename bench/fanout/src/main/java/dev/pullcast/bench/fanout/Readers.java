// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.fanout;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * The readers' process: bare sockets on one thread and one selector (epoll). It is told what to do line by line on
 * standard input and answers each line with one:
 *
 * <pre>
 * open PORT PATH COUNT   connects, and answers when every reader has got something
 * deaf PORT PATH COUNT   connects readers that never read
 * begin                  counts from here
 * report                 see {@link Reading}
 * close                  closes all
 * </pre>
 */
public final class Readers {
    private static final int ATTEMPTS_AT_ONCE = 200;
    private static final long NAP_NANOS = 500_000;

    private final Selector selector;
    private final Queue<String> commands = new ConcurrentLinkedQueue<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(512 * 1024);
    private final FrameCounter counter;
    private final List<SocketChannel> channels = new ArrayList<>();
    private int silent;

    private Readers(int sample) throws IOException {
        this.selector = Selector.open();
        this.counter = new FrameCounter(sample);
    }

    /** Runs until standard input ends. */
    public static void main(String[] args) throws IOException {
        Readers readers = new Readers(Integer.parseInt(args[0]));
        Thread input = new Thread(readers::listen, "commands");
        input.setDaemon(true);
        input.start();
        readers.run();
    }

    private void listen() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                commands.add(line);
                selector.wakeup();
            }
        } catch (IOException e) {
            System.err.println("readers: " + e);
        }
        System.exit(0);
    }

    private void run() throws IOException {
        while (true) {
            for (String command = commands.poll(); command != null; command = commands.poll()) {
                System.out.println(obey(command.split(" ", -1)));
            }
            selector.select(this::ready);
            // While this thread does not wait for sockets, writing to them wakes nobody: what was written meanwhile is
            // found at once, and neither side pays for each by itself. It costs every latency so much.
            LockSupport.parkNanos(NAP_NANOS);
        }
    }

    private String obey(String[] words) throws IOException {
        return switch (words[0]) {
            case "open" -> open(Integer.parseInt(words[1]), words[2], Integer.parseInt(words[3]));
            case "deaf" -> {
                for (int i = 0; i < Integer.parseInt(words[3]); i++) {
                    connect(Integer.parseInt(words[1]), words[2], true);
                }
                yield "ok";
            }
            case "begin" -> {
                counter.reset();
                yield "ok";
            }
            case "report" -> counter.line();
            case "close" -> {
                for (SocketChannel channel : channels) {
                    channel.close();
                }
                channels.clear();
                selector.selectNow();
                yield "ok";
            }
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private String open(int port, String path, int count) throws IOException {
        int left = count;
        while (left > 0 || silent > 0) {
            for (int i = 0; i < ATTEMPTS_AT_ONCE && left > 0; i++, left--) {
                connect(port, path, false);
                silent++;
            }
            selector.select(this::ready, 1_000);
        }
        return "ok";
    }

    private void connect(int port, String path, boolean deaf) throws IOException {
        SocketChannel channel = SocketChannel.open();
        if (deaf) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
        }
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.write(ByteBuffer.wrap(
                ("GET " + path + " HTTP/1.1\r\nHost: localhost:" + port + "\r\nAccept: text/event-stream\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII)));
        channel.configureBlocking(false);
        channels.add(channel);
        if (!deaf) {
            channel.register(selector, SelectionKey.OP_READ);
        }
    }

    private void ready(SelectionKey key) {
        try {
            buffer.clear();
            int count = ((SocketChannel) key.channel()).read(buffer);
            if (count < 0) {
                key.cancel();
                return;
            }
            if (key.attachment() == null) {
                key.attach(true);
                silent--;
            }
            counter.take(buffer.flip(), System.nanoTime());
        } catch (IOException _) {
            key.cancel(); // the events that do not come tell of it
        }
    }
}
