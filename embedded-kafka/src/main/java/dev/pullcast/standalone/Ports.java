// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ports on loopback of a broker alone. They are kept in its folder, so that the next start has the same and clients find
 * it again.
 *
 * @param client 0 for none yet
 * @param controller 0 for none yet
 */
record Ports(int client, int controller) {
    static final Ports NONE = new Ports(0, 0);

    private static final Logger LOG = LoggerFactory.getLogger(Ports.class);
    private static final String FILE = "pullcast-ports.properties";
    private static final int MAX_PORT = 65_535;

    /** Ports of the last start on a folder; {@link #NONE} where there was none or the file cannot be read. */
    static Ports read(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return NONE;
        }
        Properties kept = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            kept.load(reader);
            return new Ports(port(kept, "client"), port(kept, "controller"));
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("Cannot read {}; the embedded broker takes any free ports: {}", file, e.toString());
            return NONE;
        }
    }

    private static int port(Properties kept, String key) {
        int port = Integer.parseInt(kept.getProperty(key, "0").strip());
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException(key + " is no port: " + port);
        }
        return port;
    }

    /** Keeps them for the next start. A failure only means that it takes others. */
    void write(Path folder) {
        if (equals(read(folder))) {
            return;
        }
        try {
            Files.writeString(folder.resolve(FILE), "client=" + client + "\ncontroller=" + controller + "\n");
        } catch (IOException e) {
            LOG.warn("Cannot keep the embedded broker's ports in {}: {}", folder, e.toString());
        }
    }

    /** The same where they are free, others where not. */
    Ports orFree() {
        try {
            int first = free(client);
            int second = free(controller);
            return first == second ? NONE.orFree() : new Ports(first, second);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int free(int wanted) throws IOException {
        if (wanted != 0) {
            try (ServerSocket socket = new ServerSocket(wanted, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                LOG.debug("Port {} of the last start is taken", wanted);
            }
        }
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
