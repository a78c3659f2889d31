// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.fanout;

import java.io.IOException;
import java.util.List;

/** One gateway and its readers, each a process of its own. */
final class Trial implements AutoCloseable {
    private static final int READERS = 1_000;
    private static final int DEAF = 100;
    private static final double STEP_SECONDS = 2;
    private static final double DEAF_SECONDS = 12;
    private static final long BOUND_MICROS = 1_000_000;
    private static final long SILENCE_NANOS = 1_000_000_000L;
    /** A timed event of so many; all are counted. */
    private static final String SAMPLE = "4";

    private final Contender contender;
    private final Load load;
    private final Child gateway;
    private final Child readers;
    private final String where;
    private int open;

    Trial(Contender contender, Load load) throws IOException, InterruptedException {
        this.contender = contender;
        this.load = load;
        int port = Ports.free();
        this.gateway = contender.start().on(port);
        this.readers = Child.talking(Readers.class, List.of(), SAMPLE);
        this.where = port + " " + contender.path() + " ";
        Ports.await(port);
    }

    /** What was read of how many events. */
    record Outcome(Reading reading, boolean complete) {}

    void say(String line) {
        System.out.println(contender.name() + ": " + line);
    }

    double cpuSeconds() throws IOException {
        return gateway.cpuSeconds();
    }

    void open(int count) throws IOException {
        readers.ask("open " + where + count);
        open = count;
    }

    /** Like a gateway that has run for an hour: its way from Kafka compiled before readers come, then that to them. */
    void warmUp() throws IOException, InterruptedException {
        say("warming up");
        load.run(2_000, 3);
        open(READERS);
        load.run(80, 20);
        await(Long.MAX_VALUE);
    }

    /** Writes at a rate for so long and waits for what comes. */
    Outcome read(double perSecond, double seconds) throws IOException, InterruptedException {
        readers.ask("begin");
        long wanted = load.run(perSecond, seconds) * open;
        Reading reading = await(wanted);
        return new Outcome(reading, reading.frames() == wanted);
    }

    /**
     * Raises the rate until not every event reaches every reader, or 1 of 100 takes more than a second.
     *
     * @return the best, in delivered events a second
     */
    double climb() throws IOException, InterruptedException {
        double best = 0;
        double factor = 2;
        double rate = 40_000.0 / open;
        while (factor > 1.3) {
            double before = cpuSeconds();
            Outcome outcome = read(rate, STEP_SECONDS);
            Reading seen = outcome.reading();
            boolean good = outcome.complete() && seen.p99() < BOUND_MICROS;
            say("%,d x %,.0f/s = %,.0f/s: p50 %.1f ms, p99 %.1f ms, %.2f CPU-s per million%s"
                    .formatted(
                            open,
                            rate,
                            rate * open,
                            seen.p50() / 1e3,
                            seen.p99() / 1e3,
                            (cpuSeconds() - before) * 1e6 / Math.max(1, seen.frames()),
                            good ? "" : outcome.complete() ? ": too slow" : ": not all came"));
            if (good) {
                best = rate * open;
                rate *= factor;
            } else {
                rate /= factor;
                factor = Math.sqrt(factor);
                rate *= factor;
                await(Long.MAX_VALUE);
            }
        }
        return best;
    }

    /** Closes all, opens so many and looks what they take. */
    double kilobytesForEach(int count) throws IOException, InterruptedException {
        readers.ask("close");
        Thread.sleep(1_000);
        gateway.collectGarbage();
        long before = gateway.residentBytes();
        open(count);
        Thread.sleep(1_500);
        gateway.collectGarbage();
        double each = (gateway.residentBytes() - before) / 1024.0 / count;
        say("%.1f KB resident for each of %,d readers".formatted(each, count));
        return each;
    }

    FanoutBench.Deaf deafness() throws IOException, InterruptedException {
        readers.ask("close");
        Thread.sleep(1_000);
        open(READERS - DEAF);
        load.run(50, 2);
        readers.ask("deaf " + where + DEAF);
        await(Long.MAX_VALUE);
        gateway.collectGarbage();
        long before = gateway.residentBytes();
        Outcome outcome = read(contender.deafPerSecond(), DEAF_SECONDS);
        gateway.collectGarbage();
        double grown = (gateway.residentBytes() - before) / 1048576.0;
        say("with %d that never read, %,.0f events/s: %+.1f MB, the others' p99 %.1f ms, %s"
                .formatted(
                        DEAF,
                        contender.deafPerSecond(),
                        grown,
                        outcome.reading().p99() / 1e3,
                        outcome.complete() ? "all came" : "not all came"));
        return new FanoutBench.Deaf(grown, outcome.reading(), outcome.complete());
    }

    /** Waits for so many events, or until none has come for a second. */
    private Reading await(long wanted) throws IOException, InterruptedException {
        Reading last = Reading.parse(readers.ask("report"));
        long since = System.nanoTime();
        while (last.frames() < wanted && System.nanoTime() - since < SILENCE_NANOS) {
            Thread.sleep(50);
            Reading now = Reading.parse(readers.ask("report"));
            if (now.frames() != last.frames()) {
                since = System.nanoTime();
            }
            last = now;
        }
        return last;
    }

    @Override
    public void close() {
        readers.close();
        gateway.close();
    }
}
