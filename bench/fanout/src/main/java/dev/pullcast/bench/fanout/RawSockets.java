// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.fanout;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The limit of the machine: what the readers count when somebody only writes; see {@link RawServer}. */
final class RawSockets {
    private static final int READERS = 1_000;
    /** Timing them all would cost the readers more than reading. */
    private static final String SAMPLE = "64";

    private RawSockets() {}

    /** Events a second, with {@code one} or {@code many} in each write. */
    static double measure(String mode) throws IOException, InterruptedException {
        int port = Ports.free();
        try (Child server = Child.start(
                        RawServer.class, Map.of(), List.of(), String.valueOf(port), String.valueOf(READERS), mode);
                Child readers = Child.talking(Readers.class, List.of(), SAMPLE)) {
            Ports.await(port);
            readers.ask("open " + port + " / " + READERS);
            Thread.sleep(1_000);
            readers.ask("begin");
            long start = System.nanoTime();
            Thread.sleep(3_000);
            long frames = Reading.parse(readers.ask("report")).frames();
            double perSecond = frames * 1e9 / (System.nanoTime() - start);
            System.out.printf("raw sockets, process %d, %s event(s) a write: %,.0f/s%n", server.pid(), mode, perSecond);
            return perSecond;
        }
    }
}
