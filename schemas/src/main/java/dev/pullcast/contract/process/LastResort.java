// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.process;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/**
 * Ends a process in which something is broken that only a new process mends, so that its supervisor starts one. Without
 * it the process would stay and answer nothing. Safe from any thread.
 */
public final class LastResort {
    /** Exit code for memory that is used up, as the JVM's own {@code -XX:+ExitOnOutOfMemoryError} has it. */
    public static final int OUT_OF_MEMORY = 3;

    /** Exit code for an event loop that does not run any longer. */
    public static final int WEDGED = 4;

    private final BiConsumer<Integer, String> end;
    private final AtomicBoolean used = new AtomicBoolean();

    /**
     * One that does as it is told.
     *
     * @param end is given the exit code and a sentence, once
     */
    public LastResort(BiConsumer<Integer, String> end) {
        this.end = end;
    }

    /**
     * One that ends this process at once: its orderly end needs the very parts that are broken.
     *
     * @param program for the line on standard error
     */
    public static LastResort halting(String program) {
        return new LastResort((code, why) -> {
            System.err.println(program + ": " + why + ". The process ends with exit code " + code + '.');
            Runtime.getRuntime().halt(code);
        });
    }

    /** Ends the process. */
    public void end(int code, String why) {
        if (used.compareAndSet(false, true)) {
            end.accept(code, why);
        }
    }

    /**
     * Ends the process if a failure is a lack of memory. The JVM's option does so only for what it throws itself, not
     * for direct memory, which Java and Netty count.
     */
    public void look(Throwable failure) {
        // A chain of causes may be a circle.
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < 16; depth++, cause = cause.getCause()) {
            if (cause instanceof OutOfMemoryError) {
                end(OUT_OF_MEMORY, "out of memory: " + cause.getMessage());
                return;
            }
        }
    }
}
