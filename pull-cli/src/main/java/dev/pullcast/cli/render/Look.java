// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import java.util.Locale;
import java.util.Map;

/**
 * How lines may look.
 *
 * @param color whether ANSI colours are written
 * @param unicode whether characters beyond ASCII are written
 */
public record Look(boolean color, boolean unicode) {
    /** ASCII without colours. */
    public static final Look PLAIN = new Look(false, false);

    private static final String GREEN = "32";
    private static final String RED = "31";
    private static final String YELLOW = "33";
    private static final String CYAN = "36";
    private static final String FAINT = "2";

    /** The look that an environment allows: colours as {@link #allowsColor}, Unicode where the locale is UTF-8. */
    public static Look of(Map<String, String> environment, boolean terminal) {
        String locale = environment.getOrDefault(
                "LC_ALL", environment.getOrDefault("LC_CTYPE", environment.getOrDefault("LANG", "")));
        String lower = locale.toLowerCase(Locale.ROOT);
        return new Look(terminal && allowsColor(environment), lower.contains("utf-8") || lower.contains("utf8"));
    }

    /**
     * Whether a terminal gets colours: not with {@code NO_COLOR} (no-color.org: any non-empty value), with
     * {@code CLICOLOR=0} (bixense.com/clicolors), or where {@code TERM} is {@code dumb}.
     */
    public static boolean allowsColor(Map<String, String> environment) {
        return environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !"0".equals(environment.get("CLICOLOR"))
                && !"dumb".equals(environment.get("TERM"));
    }

    String good(String text) {
        return paint(GREEN, text);
    }

    String bad(String text) {
        return paint(RED, text);
    }

    String warning(String text) {
        return paint(YELLOW, text);
    }

    String accent(String text) {
        return paint(CYAN, text);
    }

    String faint(String text) {
        return paint(FAINT, text);
    }

    String tick() {
        return unicode ? "✓" : "+";
    }

    String cross() {
        return unicode ? "✗" : "x";
    }

    String ellipsis() {
        return unicode ? "…" : "~";
    }

    /** A bar without colours; {@code percent} beyond 0 to 100 is as good as the nearer end. */
    String bar(double percent, int width) {
        int filled = filled(percent, width);
        return full().repeat(filled) + empty().repeat(width - filled);
    }

    /** A bar with colours where they are allowed. */
    String paintedBar(double percent, int width) {
        int filled = filled(percent, width);
        return accent(full().repeat(filled)) + faint(empty().repeat(width - filled));
    }

    private static int filled(double percent, int width) {
        return (int) (width * Math.min(100, Math.max(0, percent)) / 100);
    }

    private String full() {
        return unicode ? "━" : "=";
    }

    private String empty() {
        return unicode ? "─" : ".";
    }

    private String paint(String code, String text) {
        return color && !text.isEmpty() ? "\033[" + code + 'm' + text + "\033[0m" : text;
    }
}
