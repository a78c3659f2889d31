// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.local;

import dev.pullcast.cli.render.Board;
import dev.pullcast.cli.render.Display;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.worker.log.PullLog;
import dev.pullcast.worker.publish.EventPublisher;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;

/** Another display that also writes the log for people, as workers write it. */
public final class LoggedDisplay implements Display, AutoCloseable {
    private static final int MAX_MIB = 10;
    private static final int KEEP = 5;

    private final Display shown;
    private final PullLog log;
    private final EventPublisher lines;

    private LoggedDisplay(Display shown, PullLog log) {
        this.shown = shown;
        this.log = log;
        this.lines = log.before((_, _) -> Future.succeededFuture());
    }

    /**
     * Opens the log; lines are added to what is in it.
     *
     * @throws IOException if it cannot be written, saying which and why
     */
    public static LoggedDisplay open(Display shown, Path file) throws IOException {
        return new LoggedDisplay(shown, PullLog.open(new PullLog.Settings(file, false, MAX_MIB, KEEP)));
    }

    @Override
    public void event(PullEvent event, Board board) {
        if (event instanceof PullEvent.OfPull pull) {
            lines.publish(pull, 0);
        }
        shown.event(event, board);
    }

    @Override
    public void tick(Board board, Instant now) {
        shown.tick(board, now);
    }

    @Override
    public void note(String text) {
        shown.note(text);
    }

    @Override
    public void end(Board board, Instant now) {
        shown.end(board, now);
    }

    @Override
    public void close() {
        log.close();
    }
}
