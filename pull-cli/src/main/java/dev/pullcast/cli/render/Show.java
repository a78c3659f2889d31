// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Plays a feed on a display until it ends. */
public final class Show {
    private Show() {}

    /**
     * What was heard.
     *
     * @param board all pulls
     * @param problem why the feed ended before the job did; null if it did not
     */
    public record Result(Board board, @Nullable String problem) {}

    /**
     * Blocks until {@link Feed.End}.
     *
     * @param board takes what is heard
     * @throws InterruptedException if the thread was; the display has been ended then
     */
    public static Result run(BlockingQueue<Feed> feed, Display display, InstantSource clock, Board board)
            throws InterruptedException {
        String problem = "interrupted";
        try {
            boolean ended = false;
            while (!ended) {
                switch (feed.poll(Display.TICK_MILLIS, TimeUnit.MILLISECONDS)) {
                    case Feed.Event e -> {
                        board.accept(e.event());
                        display.event(e.event(), board);
                    }
                    case Feed.State s -> board.accept(s.job());
                    case Feed.All _, Feed.Worker _ -> {
                        // of other jobs and of workers: not what is shown here
                    }
                    case Feed.Note n -> display.note(n.text());
                    case Feed.End e -> {
                        problem = e.problem();
                        ended = true;
                    }
                    case null -> {}
                }
                display.tick(board, clock.instant());
            }
        } finally {
            display.end(board, clock.instant());
        }
        return new Result(board, problem);
    }
}
