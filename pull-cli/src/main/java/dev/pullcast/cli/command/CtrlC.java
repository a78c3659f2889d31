// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * What a command does when somebody presses Ctrl-C, or asks the process to end: the process waits for it to finish in good
 * order, but not long. It ends with 130 for SIGINT and 143 for SIGTERM, as the JVM does for every signal.
 */
final class CtrlC implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 8;

    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread hook;
    private volatile boolean pressed;

    /**
     * Listens until it is closed.
     *
     * @param stop asks the command to end, from another thread; false if there is nothing to wait for
     */
    CtrlC(BooleanSupplier stop) {
        hook = new Thread(() -> {
            pressed = true;
            if (stop.getAsBoolean()) {
                awaitEnd();
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void awaitEnd() {
        try {
            over.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the process is about to end. */
    boolean isPressed() {
        return pressed;
    }

    /** The command has said all that it had to say. */
    @Override
    public void close() {
        over.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process ends already.
        }
    }
}
