// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.process;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Notices event loops that do not run any longer, from a thread of its own. Once a second each gets a task; it counts in
 * which rounds that has not been done. Rounds, not time: a process that was stopped for an hour has missed one.
 */
public final class EventLoopWatch implements AutoCloseable {
    private final int downAfter;
    private final int endAfter;
    private final LastResort lastResort;
    private final Supplier<String> memory;
    private final List<Loop> loops = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("event-loop-watch").daemon().factory());
    private int roundsWithoutMemory;

    private static final class Loop {
        private final String name;
        private final Executor executor;
        private volatile boolean pending;
        private volatile int missed;

        Loop(String name, Executor executor) {
            this.name = name;
            this.executor = executor;
        }
    }

    /**
     * A watch of nothing yet.
     *
     * @param downSeconds after which the process is not healthy
     * @param endSeconds after which it ends; 0 for never
     * @param memory what is wrong with memory, empty if nothing; asked once a second
     */
    public EventLoopWatch(int downSeconds, int endSeconds, LastResort lastResort, Supplier<String> memory) {
        this.downAfter = downSeconds;
        this.endAfter = endSeconds;
        this.lastResort = lastResort;
        this.memory = memory;
    }

    /** Watches one more. */
    public void add(String name, Executor loop) {
        loops.add(new Loop(name, loop));
    }

    /** Begins to look once a second. */
    public EventLoopWatch start() {
        var _ = thread.scheduleAtFixedRate(this::look, 1, 1, TimeUnit.SECONDS);
        return this;
    }

    /** One round. */
    void look() {
        for (Loop loop : loops) {
            if (loop.pending) {
                int missed = loop.missed + 1;
                loop.missed = missed;
                if (endAfter > 0 && missed >= endAfter) {
                    lastResort.end(LastResort.WEDGED, problem(loop));
                }
            } else {
                loop.missed = 0;
                send(loop);
            }
        }
        String lack = memory.get();
        roundsWithoutMemory = lack.isEmpty() ? 0 : roundsWithoutMemory + 1;
        if (roundsWithoutMemory > 1) {
            lastResort.end(LastResort.OUT_OF_MEMORY, lack);
        }
    }

    private static void send(Loop loop) {
        loop.pending = true;
        try {
            loop.executor.execute(() -> loop.pending = false);
        } catch (RejectedExecutionException e) {
            // It was shut down, as at the end of the process.
            loop.pending = false;
        }
    }

    /** What is wrong; empty while every loop answers. */
    public String problem() {
        for (Loop loop : loops) {
            if (loop.missed >= downAfter) {
                return problem(loop);
            }
        }
        return "";
    }

    private static String problem(Loop loop) {
        return "the event loop of " + loop.name + " has not answered for " + loop.missed + " s";
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
