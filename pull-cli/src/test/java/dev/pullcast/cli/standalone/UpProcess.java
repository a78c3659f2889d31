// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.standalone;

import static org.awaitility.Awaitility.await;

import dev.pullcast.cli.Pullcast;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code pullcast up} in a process of its own, so that a test can kill it as a crash would. */
final class UpProcess implements AutoCloseable {
    private static final Pattern URL = Pattern.compile("ready at (http://\\S+)");
    private static final Pattern KAFKA = Pattern.compile("Kafka +(\\S+:\\d+)");

    private final Process process;
    private final Path log;
    private final long started = System.nanoTime();

    private UpProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts one; {@link #awaitReady} waits. */
    static UpProcess start(Path data, Path log, Path engineSocket) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Pullcast.class.getName()));
        command.addAll(List.of(
                "up", "--verbose", "--port", "0", "--data", data.toString(), "--socket", engineSocket.toString()));
        try {
            return new UpProcess(
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start(),
                    log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it says that it is ready; returns how long that took since its start. */
    Duration awaitReady(Duration bound) {
        await("pullcast up is ready")
                .pollInterval(Duration.ofMillis(20))
                .atMost(bound)
                .until(() -> {
                    if (!process.isAlive()) {
                        throw new IllegalStateException("pullcast up has ended:\n" + log());
                    }
                    return log().contains("Ctrl-C stops it");
                });
        return Duration.ofNanos(System.nanoTime() - started);
    }

    String url() {
        return find(URL);
    }

    String kafka() {
        return find(KAFKA);
    }

    /** SIGKILL: it ends at once, in the midst of whatever it does. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    String log() {
        try {
            return Files.readString(log, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String find(Pattern pattern) {
        Matcher matcher = pattern.matcher(log());
        if (!matcher.find()) {
            throw new IllegalStateException("no " + pattern + " in:\n" + log());
        }
        return matcher.group(1);
    }

    @Override
    public void close() {
        kill();
    }
}
