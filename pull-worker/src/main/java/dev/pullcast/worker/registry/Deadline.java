// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The end of one question. Closes every watched socket when the time is over, whatever its thread does: a server that
 * sends a byte a second never runs into a time-out of single reads. Safe from any thread.
 */
final class Deadline implements AutoCloseable {
    private final Duration timeout;
    private final long end;
    private final Set<Closeable> watched = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = over.thenRun(this::closeAll);

    private Deadline(Duration timeout) {
        this.timeout = timeout;
        this.end = System.nanoTime() + timeout.toNanos();
    }

    static Deadline in(Duration timeout) {
        Deadline deadline = new Deadline(timeout);
        var _ = deadline.over.completeOnTimeout(null, timeout.toNanos(), TimeUnit.NANOSECONDS);
        return deadline;
    }

    /** Milliseconds that are left, at least 1. */
    int millis() throws RegistryException {
        check();
        return (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()));
    }

    boolean isOver() {
        return over.isDone() || end - System.nanoTime() <= 0;
    }

    void check() throws RegistryException {
        if (isOver()) {
            throw late();
        }
    }

    RegistryException late() {
        return new RegistryException(
                Refusal.TOO_LATE, "no complete answer within " + timeout.toMillis() / 1000.0 + " s");
    }

    /** Closes it at the deadline, at once if that is over. */
    void watch(Socket socket) throws RegistryException {
        watched.add(socket);
        if (isOver()) {
            closeAll();
            throw late();
        }
    }

    /** Closes it and watches it no longer. */
    void forget(Socket socket) {
        watched.remove(socket);
        closeQuietly(socket);
    }

    private void closeAll() {
        watched.forEach(Deadline::closeQuietly);
    }

    private static void closeQuietly(Closeable each) {
        try {
            each.close();
        } catch (IOException e) {
            // It is of no use either way.
        }
    }

    /** Ends the watch and closes what is still open. */
    @Override
    public void close() {
        over.cancel(false);
        closed.cancel(false);
        closeAll();
    }
}
