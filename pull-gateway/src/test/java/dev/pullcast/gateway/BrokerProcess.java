// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import dev.pullcast.standalone.EmbeddedBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A broker in a process of its own, so that a test can kill it as a crash would, and start it again on the same port. */
final class BrokerProcess implements AutoCloseable {
    private static final long BOUND_SECONDS = 60;

    private final Process process;

    private BrokerProcess(Process process) {
        this.process = process;
    }

    /** Folder and port. Ends when nobody holds its input open any more. */
    public static void main(String[] args) throws IOException {
        try (EmbeddedBroker broker = new EmbeddedBroker(Path.of(args[0]), Integer.parseInt(args[1]), Map.of())) {
            System.out.println(broker.start());
            System.in.transferTo(System.err);
        }
    }

    /** Starts it on a folder, which may hold what an earlier one has left; clients can connect when this returns. */
    static BrokerProcess start(Path folder, int port) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(List.of(
                        java,
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BrokerProcess.class.getName(),
                        folder.toString(),
                        Integer.toString(port)))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BrokerProcess broker = new BrokerProcess(process);
        for (String line = process.inputReader().readLine();
                line != null;
                line = process.inputReader().readLine()) {
            if (line.equals("127.0.0.1:" + port)) {
                return broker;
            }
        }
        broker.close();
        throw new IOException("the broker did not start");
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills it, as a crash would; returns when it is gone. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the broker's process cannot be killed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
