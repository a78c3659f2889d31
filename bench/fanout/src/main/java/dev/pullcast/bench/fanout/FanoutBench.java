// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.fanout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Measures everything in one run and prints a table; see {@code make bench-fanout}. */
public final class FanoutBench {
    private static final int MANY = 10_000;
    private static final double PER_SECOND = 20;
    private static final double STEADY_SECONDS = 20;
    /** The machine's other guests are heard in one window of twenty seconds; the middle one of these counts. */
    private static final int WINDOWS = 5;

    private FanoutBench() {}

    /**
     * What one gateway showed.
     *
     * @param steady 1,000 readers, 20 events a second; of several windows the one in the middle, by processor time
     * @param cpuPerMillion processor seconds of the gateway for a million delivered events, then
     * @param best delivered in a second at most, with 1,000 readers
     * @param bestOfMany the same with 10,000
     * @param kilobytes resident for each of 10,000 readers
     * @param deaf with readers that never read
     */
    record Result(Reading steady, double cpuPerMillion, double best, double bestOfMany, double kilobytes, Deaf deaf) {}

    /**
     * What 100 that never read did.
     *
     * @param megabytes that the gateway grew by
     * @param others what those who read saw meanwhile
     * @param complete whether those who read got everything
     */
    record Deaf(double megabytes, Reading others, boolean complete) {}

    /**
     * Arguments: the launcher, then options: {@code --only naive|pullcast} leaves out the rest, {@code --jvm OPTION} is for
     * the gateway.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        List<String> jvm = new ArrayList<>();
        String only = "";
        for (int i = 1; i < args.length; i += 2) {
            switch (args[i]) {
                case "--only" -> only = args[i + 1];
                case "--jvm" -> jvm.add(args[i + 1]);
                default -> throw new IllegalArgumentException("'" + args[i] + "' is unknown; known are --only, --jvm");
            }
        }
        Path folder = Files.createTempDirectory("pullcast-bench");
        try (Load load = new Load(folder)) {
            List<Result> results = new ArrayList<>();
            for (Contender contender : List.of(Contender.naive(load), Contender.pullcast(load, args[0], jvm))) {
                if (only.isEmpty() || only.equals(contender.name())) {
                    results.add(measure(contender, load));
                }
            }
            if (only.isEmpty()) {
                print(results.getFirst(), results.getLast(), RawSockets.measure("one"), RawSockets.measure("many"));
            }
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(FanoutBench::delete);
            }
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Result measure(Contender contender, Load load) throws IOException, InterruptedException {
        try (Trial trial = new Trial(contender, load)) {
            trial.warmUp();
            List<Steady> windows = new ArrayList<>();
            for (int i = 0; i < WINDOWS; i++) {
                windows.add(steady(trial));
            }
            windows.sort(Comparator.comparingDouble(Steady::cpuPerMillion));
            Steady middle = windows.get(WINDOWS / 2);
            double best = trial.climb();
            double kilobytes = trial.kilobytesForEach(MANY);
            double bestOfMany = trial.climb();
            return new Result(middle.reading(), middle.cpuPerMillion(), best, bestOfMany, kilobytes, trial.deafness());
        }
    }

    /** Some seconds of 1,000 readers and 20 events a second. */
    private record Steady(Reading reading, double cpuPerMillion) {}

    private static Steady steady(Trial trial) throws IOException, InterruptedException {
        double before = trial.cpuSeconds();
        Reading seen = trial.read(PER_SECOND, STEADY_SECONDS).reading();
        double cpu = (trial.cpuSeconds() - before) * 1e6 / seen.frames();
        trial.say("1,000 x 20/s: p50 %.1f ms, p99 %.1f ms, max %.1f ms, %.1f CPU-s per million"
                .formatted(seen.p50() / 1e3, seen.p99() / 1e3, seen.max() / 1e3, cpu));
        return new Steady(seen, cpu);
    }

    private static void print(Result naive, Result ours, double one, double many) {
        System.out.println();
        row("", "naive", "pullcast", "ratio", "to reach");
        row("-", "-", "-", "-", "-");
        compare("delivered/s at most, 1,000 readers", naive.best(), ours.best(), ">= 5 x");
        compare("delivered/s at most, 10,000 readers", naive.bestOfMany(), ours.bestOfMany(), "");
        compare(
                "p50 in ms at 1,000 x 20/s",
                naive.steady().p50() / 1e3,
                ours.steady().p50() / 1e3,
                "");
        compare(
                "p99 in ms at 1,000 x 20/s",
                naive.steady().p99() / 1e3,
                ours.steady().p99() / 1e3,
                "< 25");
        compare("CPU-s per million at 1,000 x 20/s", naive.cpuPerMillion(), ours.cpuPerMillion(), "<= 10");
        compare("resident KB for each of 10,000", naive.kilobytes(), ours.kilobytes(), "<= 10");
        compare(
                "MB grown by 100 that never read",
                naive.deaf().megabytes(),
                ours.deaf().megabytes(),
                "flat");
        compare(
                "p99 in ms of the others then",
                naive.deaf().others().p99() / 1e3,
                ours.deaf().others().p99() / 1e3,
                "");
        System.out.printf(
                "%nraw sockets, same machine and readers: %,.0f events/s with one write each, %,.0f in writes of 64"
                        + " KB%n",
                one, many);
    }

    private static void compare(String what, double naive, double ours, String goal) {
        row(what, format(naive), format(ours), "%.2f".formatted(ours / naive), goal);
    }

    private static String format(double value) {
        return value >= 1_000 ? "%,.0f".formatted(value) : "%.1f".formatted(value);
    }

    private static void row(String what, String naive, String ours, String ratio, String goal) {
        System.out.printf("| %-35s | %10s | %10s | %7s | %8s |%n", what, naive, ours, ratio, goal);
    }
}
