// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import dev.pullcast.contract.event.PullEvent;
import java.time.Instant;

/** Bars that are redrawn in place; at the end they give way to the table of results. */
final class LiveDisplay implements Display {
    private final Terminal terminal;
    private final Canvas canvas;
    private final boolean layers;

    LiveDisplay(Terminal terminal, boolean layers) {
        this.terminal = terminal;
        this.canvas = new Canvas(terminal);
        this.layers = layers;
    }

    @Override
    public void event(PullEvent event, Board board) {}

    @Override
    public void tick(Board board, Instant now) {
        canvas.draw(
                now,
                size -> LiveFrame.of(board.lines(), board.overall(), new Screen(size, terminal.look(), layers), now));
    }

    @Override
    public void note(String text) {
        canvas.print(Text.oneLine(text));
    }

    @Override
    public void end(Board board, Instant now) {
        canvas.end(ResultTable.of(board.lines(), terminal.size().get().width(), terminal.look()));
    }
}
