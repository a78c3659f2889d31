// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a command writes.
 *
 * @param out results
 * @param err what is wrong, and what is going on
 * @param live whether {@code out} is a terminal on which lines can be redrawn
 * @param look what lines may look like
 * @param size of the terminal now; may take some milliseconds
 */
public record Terminal(PrintWriter out, PrintWriter err, boolean live, Look look, Supplier<Size> size) {
    /**
     * The process's own. A dumb terminal gets plain lines, and so does everything that is no terminal.
     *
     * @param isTerminal whether standard output is one; the launcher knows
     */
    public static Terminal of(PrintWriter out, PrintWriter err, boolean isTerminal, Map<String, String> environment) {
        boolean live = isTerminal && !environment.getOrDefault("TERM", "dumb").equals("dumb");
        return new Terminal(out, err, live, Look.of(environment, live), () -> ask(environment));
    }

    private static Size ask(Map<String, String> environment) {
        Size fallback = new Size(number(environment.get("COLUMNS")), number(environment.get("LINES")));
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            int blank = answer.indexOf(' ');
            if (stty.waitFor() == 0 && blank > 0) {
                return new Size(number(answer.substring(blank + 1)), number(answer.substring(0, blank)));
            }
        } catch (IOException e) {
            return fallback;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return fallback;
    }

    private static int number(@Nullable String text) {
        try {
            return text == null ? 0 : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
