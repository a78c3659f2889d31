// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.fanout;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A part of the run in a process of its own, and what it costs the machine (Linux' {@code /proc}). */
public final class Child implements AutoCloseable {
    private static final double TICKS_PER_SECOND = 100;

    private final Process process;
    private final BufferedReader out;
    private final PrintWriter in;

    private Child(Process process) {
        this.process = process;
        this.out = process.inputReader(StandardCharsets.UTF_8);
        this.in = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    }

    /** Starts a main class on this process's class path, with the flags that {@code ./pullcast} gives a service. */
    public static Child start(Class<?> mainClass, Map<String, String> environment, List<String> jvm, String... args)
            throws IOException {
        return start(mainClass, environment, jvm, false, args);
    }

    /** The same for one that answers each line that it is told with one: {@link #ask}. */
    public static Child talking(Class<?> mainClass, List<String> jvm, String... args) throws IOException {
        return start(mainClass, Map.of(), jvm, true, args);
    }

    private static Child start(
            Class<?> mainClass, Map<String, String> environment, List<String> jvm, boolean talks, String... args)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-XX:+ExitOnOutOfMemoryError",
                "-Xms64m",
                "-XX:MinHeapFreeRatio=20",
                "-XX:MaxHeapFreeRatio=30",
                "-XX:-ShrinkHeapInSteps",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(jvm);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass.getName()));
        command.addAll(List.of(args));
        return start(command, environment, talks);
    }

    /** The same for a command, which must become the process that does the work. */
    public static Child start(List<String> command, Map<String, String> environment) throws IOException {
        return start(command, environment, false);
    }

    private static Child start(List<String> command, Map<String, String> environment, boolean talks)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        if (!talks) {
            builder.redirectOutput(ProcessBuilder.Redirect.INHERIT); // nobody reads it, and a full pipe would stop it
        }
        builder.environment().putAll(environment);
        return new Child(builder.start());
    }

    long pid() {
        return process.pid();
    }

    /** Sends a line and waits for the answer. */
    public String ask(String line) throws IOException {
        in.println(line);
        String answer = out.readLine();
        if (answer == null) {
            throw new IOException("a process of the benchmark has ended: " + line);
        }
        return answer;
    }

    /** Seconds of processor time so far. */
    public double cpuSeconds() throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    /** Memory that is really there, in bytes. */
    public long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("no VmRSS of " + pid());
    }

    /** Collects garbage, so that what stays is what is needed. */
    public void collectGarbage() throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        String.valueOf(pid()),
                        "GC.run")
                .redirectErrorStream(true)
                .start();
        jcmd.inputReader(StandardCharsets.UTF_8).lines().forEach(_ -> {});
        jcmd.waitFor();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
