// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.fleet;

import dev.pullcast.standalone.EmbeddedBroker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** The broker's process; it ends with standard input. */
public final class Broker {
    private Broker() {}

    /** Folder and port. */
    public static void main(String[] args) throws IOException {
        EmbeddedBroker broker = new EmbeddedBroker(Path.of(args[0]), Integer.parseInt(args[1]), Map.of());
        broker.start();
        while (System.in.read() >= 0) {
            // nothing is said to it
        }
        broker.close();
        System.exit(0);
    }
}
