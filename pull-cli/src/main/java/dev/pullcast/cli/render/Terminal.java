// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a command writes.
 *
 * @param out results
 * @param err what is wrong, and what is going on
 * @param live whether {@code out} is a terminal on which lines can be redrawn
 * @param actions whether a GitHub Actions runner reads {@code out} and understands its commands
 * @param look what lines may look like
 * @param size of the terminal now; may take some milliseconds
 */
public record Terminal(
        PrintWriter out, PrintWriter err, boolean live, boolean actions, Look look, Supplier<Size> size) {
    /** The system property by which the launcher tells that standard output is a terminal. */
    public static final String PROPERTY = "pullcast.terminal";

    private static final File CONTROLLING = new File("/dev/tty");

    /**
     * The process's own. What is no terminal gets plain lines, and so do a dumb one, a build server that offers one
     * ({@code CI}), and a Windows console that would show control sequences as they are.
     *
     * @param isTerminal whether standard output is one; the launcher knows
     * @param system {@code os.name}
     */
    public static Terminal of(
            PrintWriter out, PrintWriter err, boolean isTerminal, Map<String, String> environment, String system) {
        boolean live = isTerminal && canBeRedrawn(environment, system);
        return new Terminal(
                out,
                err,
                live,
                "true".equals(environment.get("GITHUB_ACTIONS")),
                Look.of(environment, live),
                () -> ask(environment, CONTROLLING));
    }

    /** A device that was named, whatever standard output is. */
    public static Terminal at(File device, PrintWriter out, PrintWriter err, Map<String, String> environment) {
        return new Terminal(out, err, true, false, Look.of(environment, true), () -> ask(Map.of(), device));
    }

    private static boolean canBeRedrawn(Map<String, String> environment, String system) {
        String ci = environment.getOrDefault("CI", "");
        if (!ci.isEmpty() && !ci.equals("false")) {
            return false;
        }
        String term = environment.getOrDefault("TERM", "");
        if (system.toLowerCase(Locale.ROOT).startsWith("windows") && term.isEmpty()) {
            // Names of what draws control sequences there without being told to.
            return List.of("WT_SESSION", "ConEmuANSI", "ANSICON").stream().anyMatch(environment::containsKey);
        }
        return !term.isEmpty() && !term.equals("dumb");
    }

    private static Size ask(Map<String, String> environment, File device) {
        Size fallback = new Size(number(environment.get("COLUMNS")), number(environment.get("LINES")));
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(device)
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
