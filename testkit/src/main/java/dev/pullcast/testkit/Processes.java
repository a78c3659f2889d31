// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import dev.pullcast.testkit.DevEngine.Ran;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Commands of the checkout, run to their end. */
public final class Processes {
    private static final long BOUND_SECONDS = 300;

    private Processes() {}

    /**
     * The folder that holds the launcher and {@code deploy}: this one or one above it.
     *
     * @throws IllegalStateException outside of a checkout
     */
    public static Path checkout() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isExecutable(folder.resolve("deploy/dev/engine"))) {
                return folder;
            }
        }
        throw new IllegalStateException("no deploy/dev/engine in this folder or above it");
    }

    /**
     * Runs a command.
     *
     * @param environment added to this process's own
     * @throws IllegalStateException if it takes longer than five minutes
     */
    public static Ran run(List<String> command, Map<String, String> environment) {
        Path output = null;
        try {
            // A file, not a pipe: daemons that a script leaves behind would keep a pipe open.
            output = Files.createTempFile("pullcast-run", ".log");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.redirectInput(
                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(String.join(" ", command) + " did not end within " + BOUND_SECONDS
                        + " s:\n" + Files.readString(output));
            }
            return new Ran(command, process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            if (output != null) {
                deleteQuietly(output);
            }
        }
    }

    /** Kills the process whose pid the file holds, and waits until it has ended. */
    static void kill(Path pidFile) {
        try {
            long pid = Long.parseLong(Files.readString(pidFile).strip());
            ProcessHandle handle = ProcessHandle.of(pid)
                    .orElseThrow(() -> new IllegalStateException("no process " + pid + " of " + pidFile));
            handle.destroyForcibly();
            handle.onExit().get(BOUND_SECONDS, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the process of " + pidFile + " did not end", e);
        }
    }

    static void deleteQuietly(Path path) {
        try (Stream<Path> all = Files.walk(path)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            // Left to the system's own cleaning of temporary folders.
        }
    }
}
