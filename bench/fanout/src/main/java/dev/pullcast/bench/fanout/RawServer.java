// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.fanout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** The limit of the machine: no HTTP, no Kafka, a loop that writes the same bytes to bare sockets as fast as it can. */
public final class RawServer {
    private static final int LARGE = 64 * 1024;

    private RawServer() {}

    /** Runs until the readers leave. Arguments: port, connections, {@code one} event with each write or {@code many}. */
    public static void main(String[] args) throws IOException {
        int count = Integer.parseInt(args[1]);
        boolean one = args[2].equals("one");
        List<SocketChannel> channels = new ArrayList<>();
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])), 4096);
            server.accept().close(); // of the one that looks whether anybody listens
            while (channels.size() < count) {
                SocketChannel channel = server.accept();
                channel.write(ByteBuffer.wrap(new byte[] {'\n'}));
                channel.configureBlocking(false);
                channels.add(channel);
            }
        }
        BenchEvent event = new BenchEvent();
        int events = one ? 1 : LARGE / BenchEvent.BYTES;
        ByteBuffer bytes = ByteBuffer.allocateDirect(events * BenchEvent.BYTES);
        while (true) {
            bytes.clear();
            byte[] now = event.now();
            for (int i = 0; i < events; i++) {
                bytes.put(now);
            }
            for (SocketChannel channel : channels) {
                // What does not fit is left out: this is about how fast bytes can go, not about each of them.
                try {
                    channel.write(bytes.duplicate().flip());
                } catch (IOException e) {
                    return; // the readers have seen enough
                }
            }
        }
    }
}
