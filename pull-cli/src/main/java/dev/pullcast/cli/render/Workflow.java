// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import dev.pullcast.contract.text.VisibleText;

/**
 * Commands to a GitHub Actions runner, which reads them from the lines of a step
 * (docs.github.com, "Workflow commands for GitHub Actions"; escapes as in actions/toolkit, {@code command.ts}).
 */
final class Workflow {
    private Workflow() {}

    /** Lines that follow are folded under this title, up to {@link #endGroup}. */
    static String group(String title) {
        return "::group::" + data(title);
    }

    static String endGroup() {
        return "::endgroup::";
    }

    /** Shown on the run's page. */
    static String error(String title, String message) {
        return "::error title=" + property(title) + "::" + data(message);
    }

    static String warning(String message) {
        return "::warning::" + data(message);
    }

    /** A line that the runner takes for text, whoever wrote what is in it. */
    static String text(String line) {
        String harmless = line.replace("##[", "## [");
        return harmless.stripLeading().startsWith("::") ? "| " + harmless : harmless;
    }

    /** Line ends as escapes; of what else could fool a reader of the page, nothing. */
    private static String data(String text) {
        StringBuilder visible = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> visible.appendCodePoint(c != '\r' && c != '\n' && VisibleText.isUnsafe(c) ? ' ' : c));
        return visible.toString().replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
    }

    private static String property(String text) {
        return data(text).replace(":", "%3A").replace(",", "%2C");
    }
}
