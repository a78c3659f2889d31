// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.render.Board;
import dev.pullcast.cli.render.PullLine;
import dev.pullcast.cli.render.Show;
import java.io.PrintWriter;
import java.util.List;

/** What a finished show means for the exit code, and for whoever stopped it. */
final class Endings {
    private static final int MOST_NAMES = 10;

    private Endings() {}

    static int of(Show.Result result, PrintWriter err) {
        String problem = result.problem();
        if (problem != null) {
            err.println("pullcast: " + problem);
            err.flush();
            return ExitCodes.UNAVAILABLE;
        }
        return result.board().isComplete() ? ExitCodes.OK : ExitCodes.FAILED;
    }

    /** What was not done, and how to go on. */
    static String leftOf(Board board, String goOn) {
        List<PullLine> lines = board.lines();
        List<String> left = lines.stream()
                .filter(line -> !line.isPresent())
                .map(PullLine::image)
                .distinct()
                .toList();
        if (left.isEmpty()) {
            return "stopped; every image is there";
        }
        String names = String.join(", ", left.subList(0, Math.min(MOST_NAMES, left.size())));
        String more = left.size() > MOST_NAMES ? " and " + (left.size() - MOST_NAMES) + " more" : "";
        long there = lines.stream().filter(PullLine::isPresent).count();
        return "stopped; " + there + " of " + lines.size() + " are there, left: " + names + more + ". " + goOn;
    }
}
