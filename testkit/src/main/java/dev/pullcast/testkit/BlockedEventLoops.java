// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Vert.x for one test, which fails if an event loop was blocked meanwhile.
 *
 * <pre>{@code
 * @RegisterExtension
 * final BlockedEventLoops loops = new BlockedEventLoops();   // then loops.vertx()
 * }</pre>
 *
 * <p>The bound is far above anything allowed: it shall find code that waits, not a machine that is busy.
 */
public final class BlockedEventLoops implements AfterEachCallback {
    private static final long BOUND_MILLIS = 2_000;

    private final List<String> blocked = new CopyOnWriteArrayList<>();
    private final Vertx vertx;

    /** Starts Vert.x with its checker at work. */
    public BlockedEventLoops() {
        vertx = Vertx.vertx(new VertxOptions()
                .setPreferNativeTransport(true)
                .setBlockedThreadCheckInterval(100)
                .setBlockedThreadCheckIntervalUnit(TimeUnit.MILLISECONDS)
                .setMaxEventLoopExecuteTime(BOUND_MILLIS)
                .setMaxEventLoopExecuteTimeUnit(TimeUnit.MILLISECONDS));
        ((VertxInternal) vertx).blockedThreadChecker().setThreadBlockedHandler(event -> {
            if (event.thread().getName().contains("eventloop")) {
                StringBuilder where = new StringBuilder(event.thread().getName());
                for (StackTraceElement frame : event.thread().getStackTrace()) {
                    where.append("\n    at ").append(frame);
                }
                blocked.add(where.toString());
            }
        });
    }

    /** Vert.x for the test; closed after it. */
    public Vertx vertx() {
        return vertx;
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        vertx.close().await(20, TimeUnit.SECONDS);
        if (!blocked.isEmpty()) {
            throw new AssertionError("an event loop was blocked: " + blocked.getFirst());
        }
    }
}
