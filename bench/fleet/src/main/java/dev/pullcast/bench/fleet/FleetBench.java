// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.fleet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Measures fleets of several sizes in one run and prints a table; see {@code make bench-fleet}. */
public final class FleetBench {
    private static final List<Integer> SIZES = List.of(100, 1_000, 10_000);
    private static final double RATE = 5_000;
    private static final long BOUND_MILLIS = 1_000;
    /** Workers that write hardly more than before, though asked for twice as much, cannot tell more of the gateway. */
    private static final double LEAST_GROWTH = 1.2;

    private FleetBench() {}

    private record Row(int workers, Trial.Load first, double idle, Trial.Load load, double best, Trial.Start start) {}

    /** The launcher, then options: {@code --workers N} for these sizes alone, {@code --rate EVENTS}, {@code --jvm OPTION} for the gateway. */
    public static void main(String[] args) throws IOException, InterruptedException {
        List<Integer> sizes = new ArrayList<>();
        List<String> jvm = new ArrayList<>();
        double rate = RATE;
        for (int i = 1; i < args.length; i += 2) {
            switch (args[i]) {
                case "--workers" -> sizes.add(Integer.parseInt(args[i + 1]));
                case "--rate" -> rate = Double.parseDouble(args[i + 1]);
                case "--jvm" -> jvm.add(args[i + 1]);
                default ->
                    throw new IllegalArgumentException(
                            "'" + args[i] + "' is unknown; known are --workers, --rate, --jvm");
            }
        }
        List<Row> rows = new ArrayList<>();
        for (int size : sizes.isEmpty() ? SIZES : sizes) {
            try (Trial trial = new Trial(size, args[0], jvm)) {
                rows.add(measure(size, trial, rate));
            }
        }
        print(rows, rate);
    }

    private static Row measure(int size, Trial trial, double rate) throws IOException, InterruptedException {
        trial.say("the first job");
        Trial.Load first = trial.load(rate);
        double idle = trial.idle();
        Trial.Load load = trial.load(rate);
        double best = climb(trial, load);
        return new Row(size, first, idle, load, best, trial.restart());
    }

    /** The highest rate at which every event comes and 99 of 100 within a second. */
    private static double climb(Trial trial, Trial.Load first) throws IOException, InterruptedException {
        double best = 0;
        Trial.Load load = first;
        while (isGood(load) && load.rate() > LEAST_GROWTH * best) {
            best = load.rate();
            load = trial.load(2 * best);
        }
        return best;
    }

    private static boolean isGood(Trial.Load load) {
        return load.isComplete() && load.seen().p99() < BOUND_MILLIS;
    }

    private static void print(List<Row> rows, double rate) {
        System.out.println();
        row("workers", rows.stream().map(row -> "%,d".formatted(row.workers())).toList());
        row("-", rows.stream().map(_ -> "-").toList());
        row(
                "processors for heartbeats alone",
                rows.stream().map(row -> "%.2f".formatted(row.idle())).toList());
        row(
                "until all have their task, ms",
                rows.stream()
                        .map(row -> "%,d".formatted(row.load().startMillis()))
                        .toList());
        row(
                "processors at %,.0f events/s".formatted(rate),
                rows.stream().map(row -> "%.2f".formatted(row.load().cpu())).toList());
        row(
                "p50 to a client, ms",
                rows.stream()
                        .map(row -> "%,d".formatted(row.load().seen().p50()))
                        .toList());
        row(
                "p99 to a client, ms",
                rows.stream()
                        .map(row -> "%,d".formatted(row.load().seen().p99()))
                        .toList());
        row(
                "p99 of the first job, ms",
                rows.stream()
                        .map(row -> "%,d".formatted(row.first().seen().p99()))
                        .toList());
        row(
                "snapshot, KB",
                rows.stream()
                        .map(row -> "%,d".formatted(row.load().snapshotBytes() >> 10))
                        .toList());
        row(
                "until a client has its snapshot, ms",
                rows.stream()
                        .map(row -> "%,d".formatted(row.load().snapshotMillis()))
                        .toList());
        row(
                "resident at most, MB",
                rows.stream()
                        .map(row -> "%,d".formatted(row.load().residentBytes() >> 20))
                        .toList());
        row(
                "taken in at most, events/s",
                rows.stream().map(row -> "%,.0f".formatted(row.best())).toList());
        row(
                "ready after a restart, s",
                rows.stream()
                        .map(row -> "%.1f".formatted(row.start().seconds()))
                        .toList());
        row(
                "events read until then",
                rows.stream().map(row -> "%,d".formatted(row.start().events())).toList());
    }

    private static void row(String what, List<String> values) {
        System.out.printf(
                "| %-36s | %s |%n",
                what, String.join(" | ", values.stream().map("%12s"::formatted).toList()));
    }
}
