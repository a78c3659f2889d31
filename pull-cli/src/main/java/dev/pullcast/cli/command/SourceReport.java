// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.discover.found.Found;
import dev.pullcast.cli.discover.found.Problem;
import java.io.PrintWriter;

/** Says what was wrong with the sources, the same way for every command that looks for images. */
final class SourceReport {
    private SourceReport() {}

    /** Prints notes and problems. @return whether every source could be read */
    static boolean print(Found found, PrintWriter err) {
        found.notes().forEach(note -> err.println("pullcast: note: " + note));
        for (Problem problem : found.problems()) {
            err.println("pullcast: " + problem);
        }
        if (found.images().isEmpty() && found.problems().isEmpty()) {
            err.println("pullcast: no image is named there; see pullcast images --help for the kinds of sources");
        }
        err.flush();
        return found.problems().isEmpty();
    }
}
