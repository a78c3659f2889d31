// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.start;

import dev.pullcast.cli.standalone.Standalone;
import dev.pullcast.cli.standalone.UpConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Broker, gateway and worker at work, with jobs that follow each other until their way is well trodden. */
final class RehearsedServices {
    private static final int JOBS = 100;

    private RehearsedServices() {}

    /** Runs and stops them. */
    static void run(Path socket, Path folder) throws IOException {
        UpConfig config = UpConfig.of(
                null,
                folder,
                Map.of("HOME", folder.toString()),
                Map.of("engine.host", "unix://" + socket, "gateway.port", "0", "worker.id", "rehearsal"));
        try (Standalone services = new Standalone(config)) {
            String url = services.start();
            for (int i = 0; i < JOBS; i++) {
                Rehearsal.run(
                        List.of("pull", "--gateway", url, "--policy", "always", "--output", "json", "rehearsed/new:1"));
            }
        } catch (Standalone.StartFailed e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
