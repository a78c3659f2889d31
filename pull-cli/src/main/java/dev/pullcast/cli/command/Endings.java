// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.render.Show;
import java.io.PrintWriter;

/** What a finished show means for the exit code. */
final class Endings {
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
}
