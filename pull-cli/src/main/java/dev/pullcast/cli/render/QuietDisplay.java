// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import dev.pullcast.cli.render.PullLine.Status;
import dev.pullcast.contract.event.PullEvent;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;

/** Like {@code docker pull --quiet}: the images that are present, one a line, at the end. */
final class QuietDisplay implements Display {
    private final PrintWriter out;
    private final PrintWriter err;

    QuietDisplay(Terminal terminal) {
        this.out = terminal.out();
        this.err = terminal.err();
    }

    @Override
    public void event(PullEvent event, Board board) {}

    @Override
    public void tick(Board board, Instant now) {}

    @Override
    public void note(String text) {}

    @Override
    public void end(Board board, Instant now) {
        List<PullLine> lines = board.lines();
        boolean manyWorkers = Names.manyWorkers(lines);
        for (PullLine line : lines) {
            if (line.isPresent()) {
                out.println(Names.of(line, manyWorkers));
            } else if (line.status() instanceof Status.Failed f) {
                err.println(Names.of(line, manyWorkers) + ": " + f.reason().wireName() + ": "
                        + Text.oneLine(f.message()) + " " + f.hint());
            } else {
                err.println(Names.of(line, manyWorkers) + ": not pulled");
            }
        }
        out.flush();
        err.flush();
    }
}
