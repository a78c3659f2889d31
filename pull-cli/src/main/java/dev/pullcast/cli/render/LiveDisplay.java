// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import dev.pullcast.contract.event.PullEvent;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;

/**
 * Bars that are redrawn in place, at most ten times a second; at the end they give way to the table of results.
 * Lines are written with the terminal's own wrapping off, so that a window made narrower between two pictures does not
 * break them.
 */
final class LiveDisplay implements Display {
    private static final String HIDE_CURSOR = "\033[?25l";
    private static final String SHOW_CURSOR = "\033[?25h";
    private static final String WRAP_OFF = "\033[?7l";
    private static final String WRAP_ON = "\033[?7h";
    private static final String CLEAR_LINE = "\033[K";
    private static final String CLEAR_BELOW = "\033[J";
    private static final long RESIZE_CHECK_MILLIS = 1_000;

    private final Terminal terminal;
    private final PrintWriter out;
    private List<String> drawn = List.of();
    private Size size = Size.DEFAULT;
    private Instant sizeAskedAt = Instant.MIN;
    private Instant drawnAt = Instant.MIN;

    LiveDisplay(Terminal terminal) {
        this.terminal = terminal;
        this.out = terminal.out();
        // Also after Ctrl-C the terminal has its cursor.
        Runtime.getRuntime().addShutdownHook(new Thread(this::restore));
    }

    @Override
    public void event(PullEvent event, Board board) {}

    @Override
    public void tick(Board board, Instant now) {
        if (now.isBefore(drawnAt.plusMillis(drawnAt.equals(Instant.MIN) ? 0 : TICK_MILLIS))) {
            return;
        }
        drawnAt = now;
        if (sizeAskedAt.equals(Instant.MIN) || !now.isBefore(sizeAskedAt.plusMillis(RESIZE_CHECK_MILLIS))) {
            size = terminal.size().get();
            sizeAskedAt = now;
        }
        draw(LiveFrame.of(board.lines(), board.overallPercent(), size, terminal.look(), now));
    }

    @Override
    public void note(String text) {
        erase();
        out.println(text);
        out.flush();
    }

    @Override
    public void end(Board board, Instant now) {
        erase();
        size = terminal.size().get();
        ResultTable.of(board.lines(), size.width(), terminal.look()).forEach(out::println);
        restore();
    }

    private void draw(List<String> frame) {
        StringBuilder picture = new StringBuilder(HIDE_CURSOR).append(WRAP_OFF).append(up());
        // Cleared first: after a line as wide as the terminal, the clearing would take its last character.
        frame.forEach(line -> picture.append(CLEAR_LINE).append(line).append('\n'));
        out.print(picture.append(CLEAR_BELOW));
        out.flush();
        drawn = frame;
    }

    private void erase() {
        out.print(up() + CLEAR_BELOW);
        drawn = List.of();
    }

    private String up() {
        return drawn.isEmpty() ? "" : "\033[" + drawn.size() + "A\r";
    }

    private void restore() {
        out.print(WRAP_ON + SHOW_CURSOR);
        out.flush();
    }
}
