// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * Podman's Docker-compatible service, with storage and a socket of its own, for pulls only. Where the machine has no
 * Podman, {@code scripts/packages} installs it; where that cannot be, the test is skipped with the reason, unless the
 * environment says {@code PULLCAST_TEST_ENGINE=required}.
 */
public final class PodmanEngine implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(30);

    private final Path folder;
    private final Path socket;
    private final Map<String, String> environment;
    private @Nullable Process service;

    private PodmanEngine(Path folder) {
        this.folder = folder;
        this.socket = folder.resolve("podman.sock");
        this.environment = Map.of(
                "CONTAINERS_REGISTRIES_CONF", folder.resolve("registries.conf").toString(),
                "CONTAINERS_STORAGE_CONF", folder.resolve("storage.conf").toString());
    }

    /**
     * Starts it.
     *
     * @param registries {@code host:port} of those that speak plain HTTP
     */
    public static PodmanEngine start(String... registries) {
        require();
        try {
            Path folder = Files.createTempDirectory("pullcast-podman");
            PodmanEngine engine = new PodmanEngine(folder);
            engine.configure(registries);
            engine.launch();
            return engine;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void require() {
        DevEngine.Ran there = Processes.run(List.of("sh", "-c", "command -v podman"), Map.of());
        if (there.exitCode() == 0) {
            return;
        }
        DevEngine.Ran installed = Processes.run(
                List.of(Processes.checkout().resolve("scripts/packages").toString(), "podman"), Map.of());
        if (installed.exitCode() != 0) {
            String why = "no engine: podman cannot be installed: "
                    + installed.output().strip();
            if ("required".equals(System.getenv("PULLCAST_TEST_ENGINE"))) {
                throw new IllegalStateException(why);
            }
            Assumptions.abort(why);
        }
    }

    private void configure(String... registries) throws IOException {
        StringBuilder text = new StringBuilder("unqualified-search-registries = []\n");
        for (String registry : registries) {
            text.append("[[registry]]\nlocation = \"").append(registry).append("\"\ninsecure = true\n");
        }
        Files.writeString(folder.resolve("registries.conf"), text);
        Files.writeString(
                folder.resolve("storage.conf"),
                "[storage]\ndriver = \"overlay\"\ngraphroot = \"" + folder + "/graph\"\nrunroot = \"" + folder
                        + "/run\"\n");
    }

    private List<String> command(String... arguments) {
        List<String> command = new java.util.ArrayList<>(List.of(
                "podman", "--root", folder + "/graph", "--runroot", folder + "/run", "--storage-driver", "overlay"));
        command.addAll(List.of("--cgroup-manager", "cgroupfs", "--events-backend", "file"));
        command.addAll(List.of(arguments));
        return command;
    }

    private void launch() throws IOException {
        Path log = folder.resolve("log");
        ProcessBuilder builder = new ProcessBuilder(command("system", "service", "--time", "0", dockerHost()));
        builder.environment().putAll(environment);
        Process started =
                builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        service = started;
        Awaitility.await().atMost(START).until(() -> {
            if (!started.isAlive()) {
                throw new IllegalStateException("podman ended: " + Files.readString(log));
            }
            return answers();
        });
    }

    private boolean answers() {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }

    /** As in {@code DOCKER_HOST}: {@code unix:///…}. */
    public String dockerHost() {
        return "unix://" + socket;
    }

    /** Whether it has this image. */
    public boolean has(String reference) {
        return Processes.run(command("image", "exists", reference), environment).exitCode() == 0;
    }

    @Override
    public void close() {
        Process running = service;
        if (running != null) {
            running.destroy();
            try {
                if (!running.waitFor(START.toSeconds(), TimeUnit.SECONDS)) {
                    running.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        Processes.run(List.of("umount", "-R", folder + "/graph/overlay"), Map.of());
        Processes.deleteQuietly(folder);
    }
}
