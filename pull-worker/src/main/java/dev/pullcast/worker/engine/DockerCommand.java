// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.event.FailureReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The {@code docker} command line. Arguments are passed as they are, through no shell; whatever comes from a job stands
 * behind {@code --} or {@code =}, so that it cannot be taken for an option.
 *
 * @param program its name or path
 * @param host for {@code --host}; null for what the command finds by itself: {@code DOCKER_HOST} or its context
 * @param logins folder for the logins of single pulls, of which only this user may look into
 */
public record DockerCommand(String program, @Nullable String host, Path logins) {
    private static final Duration SHORT_CALL = Duration.ofSeconds(30);
    /** Its shell, where a wrapper script stands before it, reports a program that is not there by this. */
    private static final int NOT_FOUND = 127;

    private static final int MAX_OUTPUT = 4 * 1024 * 1024;

    /** How a command ended that was waited for. */
    record Ran(int exit, String output, String errors) {}

    /**
     * Starts it with an empty standard input.
     *
     * @param config folder for {@code DOCKER_CONFIG}; null for the user's own
     */
    Process start(@Nullable Path config, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(program);
        if (host != null) {
            command.add("--host=" + host);
        }
        command.addAll(arguments);
        ProcessBuilder builder = ChildEnvironment.restrict(new ProcessBuilder(command));
        builder.environment().put("DOCKER_CLI_HINTS", "false");
        if (config != null) {
            builder.environment().put("DOCKER_CONFIG", config.toString());
        }
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    /**
     * Runs it to its end, within 30 seconds. Blocks; for worker threads.
     *
     * @throws EngineException if it cannot be run or does not end in time
     */
    Ran run(List<String> arguments) {
        try {
            Process process = start(null, arguments);
            CompletableFuture<Process> bounded = process.onExit()
                    .orTimeout(SHORT_CALL.toMillis(), TimeUnit.MILLISECONDS)
                    .whenComplete((_, late) -> {
                        if (late != null) {
                            kill(process);
                        }
                    });
            String output = read(process.getInputStream());
            String errors = read(process.getErrorStream());
            int exit = process.waitFor();
            if (bounded.isCompletedExceptionally()) {
                throw new EngineException(PullFailure.of(
                        FailureReason.ENGINE_GONE,
                        "'" + program + " " + arguments.getFirst() + "' did not end within " + SHORT_CALL.toSeconds()
                                + " s"));
            }
            if (exit == NOT_FOUND) {
                throw notRunnable(errors.isBlank() ? "not found" : errors.strip());
            }
            return new Ran(exit, output, errors);
        } catch (IOException e) {
            throw notRunnable(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw notRunnable("interrupted");
        }
    }

    private static String read(java.io.InputStream in) throws IOException {
        return new String(in.readNBytes(MAX_OUTPUT), StandardCharsets.UTF_8);
    }

    EngineException notRunnable(String why) {
        return new EngineException(
                PullFailure.of(FailureReason.ENGINE_GONE, "cannot run the docker command '" + program + "': " + why));
    }

    /** Ends a process and all that it started, at once. Looks through the system's processes; for worker threads. */
    static void kill(Process process) {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    @Override
    public String toString() {
        return host == null ? program : program + " --host=" + host;
    }
}
