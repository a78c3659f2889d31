// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pullcast.testkit.Processes;
import dev.pullcast.testkit.SseProbe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code pullcast gateway} or {@code pullcast worker} as an operator starts it, on a port that stays the same. Its heap is
 * small, and a process that outgrows it ends: who lives on has kept its memory within bounds.
 */
final class Service implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final String LAUNCHER =
            Processes.checkout().resolve("pullcast").toString();

    private final String name;
    private final String command;
    private final int port;
    private final int heapMebibytes;
    private final Path settings;
    private final Path log;
    private @Nullable Process process;

    /**
     * A service that is not started yet.
     *
     * @param folder for its settings and its log
     * @param name within the folder
     * @param command {@code gateway} or {@code worker}
     * @param port where it answers {@code /readyz}; among the settings as well
     */
    Service(Path folder, String name, String command, int port, int heapMebibytes, Map<String, String> settings) {
        this.name = name;
        this.command = command;
        this.port = port;
        this.heapMebibytes = heapMebibytes;
        this.log = folder.resolve(name + ".log");
        String text = settings.entrySet().stream()
                .map(setting -> setting.getKey() + '=' + setting.getValue())
                .collect(Collectors.joining("\n", "", "\n"));
        try {
            this.settings = Files.writeString(folder.resolve(name + ".properties"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    String name() {
        return name;
    }

    int port() {
        return port;
    }

    /** Starts it; {@link #awaitReady()} waits. */
    void launch() {
        ProcessBuilder builder = new ProcessBuilder(List.of(LAUNCHER, command, "--config", settings.toString()));
        builder.environment().put("PULLCAST_NO_BUILD", "1");
        builder.environment().put("PULLCAST_JAVA_OPTS", "-Xmx" + heapMebibytes + "m");
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void start() {
        launch();
        awaitReady();
    }

    /** Waits until it says that it is ready. */
    void awaitReady() {
        await(name + " is ready").atMost(BOUND).untilAsserted(() -> {
            if (!isAlive()) {
                throw new IllegalStateException(name + " has ended; its log:\n" + log());
            }
            assertThat(SseProbe.get(port, "/readyz").status()).isEqualTo(200);
        });
    }

    boolean isAlive() {
        Process running = process;
        return running != null && running.isAlive();
    }

    /** SIGKILL: it ends at once, in the midst of whatever it does. */
    void kill() {
        running().destroyForcibly();
        awaitEnd();
    }

    /** SIGTERM; returns its exit code. */
    int stop() {
        running().destroy();
        return awaitEnd();
    }

    void killAndStart() {
        kill();
        start();
    }

    /** What is really in memory, in MiB. */
    long residentMebibytes() {
        try (var lines = Files.lines(Path.of("/proc/" + running().pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .findFirst()
                            .orElseThrow()
                    / 1024;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that it said so far, of all its runs. */
    String log() {
        try {
            return Files.readString(log, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(none: " + e + ")";
        }
    }

    private Process running() {
        Process running = process;
        if (running == null || !running.isAlive()) {
            throw new IllegalStateException(name + " does not run; its log:\n" + log());
        }
        return running;
    }

    private int awaitEnd() {
        Process ending = process;
        if (ending == null) {
            return 0;
        }
        try {
            return ending.onExit().get(BOUND.toSeconds(), TimeUnit.SECONDS).exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(name + " did not end; its log:\n" + log(), e);
        }
    }

    @Override
    public void close() {
        Process last = process;
        if (last != null && last.isAlive()) {
            last.destroyForcibly();
            awaitEnd();
        }
    }
}
