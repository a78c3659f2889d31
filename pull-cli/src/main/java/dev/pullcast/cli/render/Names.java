// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import java.time.Duration;
import java.util.List;

/** How a pull is called on a terminal. */
final class Names {
    private Names() {}

    /** Whether the worker must be named to tell pulls apart. */
    static boolean manyWorkers(List<PullLine> lines) {
        return lines.stream().map(line -> line.key().worker()).distinct().count() > 1;
    }

    /** The image as asked for, with its platform if one was asked for, and its worker where there are several. */
    static String of(PullLine line, boolean withWorker) {
        String name = line.platform() == null ? line.image() : line.image() + " (" + line.platform() + ')';
        return Text.oneLine(withWorker ? line.key().worker() + ' ' + name : name);
    }

    /** {@code " in 3.2 s"}, or nothing where it is not known. */
    static String took(PullLine line) {
        String time = time(line);
        return time.isEmpty() ? "" : " in " + time;
    }

    /** {@code "3.2 s"}, or nothing where it is not known. */
    static String time(PullLine line) {
        return line.startedAt() == null || line.endedAt() == null
                ? ""
                : Text.duration(Duration.between(line.startedAt(), line.endedAt()));
    }
}
