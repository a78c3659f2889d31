// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.standalone;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/** The life of the process {@code pullcast up}: start, say so, wait for a signal, stop. */
public final class Up {
    private static final long STOP_BOUND_SECONDS = 10;

    private Up() {}

    /**
     * Blocks until the process is told to end, which it does with exit code 0, or until it cannot go on.
     *
     * @param out for the lines that tell where it listens
     * @param err for what is wrong
     * @return whether it had started
     */
    public static boolean run(UpConfig config, PrintWriter out, PrintWriter err, InstantSource clock)
            throws InterruptedException {
        Instant processStart = ProcessHandle.current().info().startInstant().orElse(clock.instant());
        Standalone standalone = new Standalone(config);
        CountDownLatch brokerFailed = new CountDownLatch(1);
        Thread stop = Thread.ofPlatform().name("stop").unstarted(() -> stop(standalone));
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            String url = standalone.start();
            Duration took = Duration.between(processStart, clock.instant());
            out.printf(Locale.ROOT, "Pullcast is ready at %s (%.1f s)%n", url, took.toMillis() / 1000.0);
            out.println("  dashboard  " + url + "/");
            out.println("  pull       pullcast pull --gateway " + url + " IMAGE...");
            out.println("  Kafka      " + standalone.kafka());
            out.println("  data       " + config.data());
            out.println("Ctrl-C stops it.");
            out.flush();
        } catch (Standalone.StartFailed e) {
            // Without the hook there is nothing left to stop.
            if (removed(stop)) {
                err.println("pullcast: " + e.getMessage());
                err.flush();
            }
            return false;
        }
        standalone.failure().thenAccept(reason -> {
            err.println("pullcast: the embedded Kafka broker gave up: " + reason);
            err.flush();
            brokerFailed.countDown();
        });
        brokerFailed.await();
        return false;
    }

    private static boolean removed(Thread hook) {
        try {
            return Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return false;
        }
    }

    private static void stop(Standalone standalone) {
        Thread closer = Thread.ofPlatform().daemon().name("close").start(standalone::close);
        boolean clean = false;
        try {
            clean = closer.join(Duration.ofSeconds(STOP_BOUND_SECONDS).minusMillis(500));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // A signal is the usual way to end this process, so it is no failure.
        Runtime.getRuntime().halt(clean ? 0 : 1);
    }
}
