// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.text;

import java.util.ArrayList;
import java.util.List;

/**
 * A shell pattern in a variable of a Dockerfile, {@code ${V#p}}: {@code *}, {@code ?}, and a backslash before either of
 * them, itself, {@code /} or a closing brace (BuildKit, {@code frontend/dockerfile/shell/lex.go}). Matches by following all its places at
 * once. Immutable.
 */
final class ShellPattern {
    /** Longer values are not searched: every one of their characters may begin a match. */
    private static final int MAX_SEARCHED = 4096;

    private static final int ANY = -1;
    private static final int STAR = -2;

    private final List<Integer> tokens = new ArrayList<>();

    private ShellPattern() {}

    /** @throws IllegalArgumentException if a backslash stands before something else */
    static ShellPattern of(String text) {
        ShellPattern pattern = new ShellPattern();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
                char escaped = i < text.length() ? text.charAt(i) : 0;
                if (escaped == 0 || "*?\\/}".indexOf(escaped) < 0) {
                    throw new IllegalArgumentException("a backslash in the pattern '" + text
                            + "' must stand before '*', '?', '/', '}' or another backslash");
                }
                pattern.tokens.add((int) escaped);
            } else {
                pattern.tokens.add(c == '*' ? STAR : c == '?' ? ANY : (int) c);
            }
        }
        return pattern;
    }

    /** The value without the shortest, or longest, beginning that matches. */
    String withoutPrefix(String value, boolean longest) {
        int end = end(value, 0, longest);
        return end < 0 ? value : value.substring(end);
    }

    /** The value without the shortest, or longest, end that matches. */
    String withoutSuffix(String value, boolean longest) {
        ShellPattern mirrored = new ShellPattern();
        mirrored.tokens.addAll(tokens.reversed());
        String rest = mirrored.withoutPrefix(reversed(value), longest);
        return reversed(rest);
    }

    /** Not by code point: both are turned around by the same units. */
    private static String reversed(String text) {
        char[] units = new char[text.length()];
        for (int i = 0; i < units.length; i++) {
            units[i] = text.charAt(units.length - 1 - i);
        }
        return new String(units);
    }

    /** The value with the first match, or each, replaced. @throws IllegalArgumentException if the value is too long */
    String replaced(String value, String replacement, boolean all) {
        if (tokens.isEmpty() || value.isEmpty()) {
            return value;
        }
        if (value.length() > MAX_SEARCHED) {
            throw new IllegalArgumentException(
                    "a value of more than " + MAX_SEARCHED + " characters is not searched for a pattern");
        }
        StringBuilder out = new StringBuilder();
        int at = 0;
        boolean searching = true;
        while (at < value.length()) {
            int end = searching ? end(value, at, true) : -1;
            if (end > at) {
                out.append(replacement);
                at = end;
                searching = all;
            } else {
                out.append(value.charAt(at++));
            }
        }
        return out.toString();
    }

    /** Where a match from a place on ends; -1 where there is none. */
    private int end(String value, int from, boolean longest) {
        boolean[] places = new boolean[tokens.size() + 1];
        places[0] = true;
        passStars(places);
        int found = places[tokens.size()] ? from : -1;
        for (int i = from; i < value.length() && (longest || found < 0); i++) {
            boolean[] after = new boolean[places.length];
            boolean any = false;
            for (int t = 0; t < tokens.size(); t++) {
                int token = tokens.get(t);
                if (places[t] && token == STAR) {
                    after[t] = true;
                    any = true;
                } else if (places[t] && (token == ANY || token == value.charAt(i))) {
                    after[t + 1] = true;
                    any = true;
                }
            }
            if (!any) {
                return found;
            }
            passStars(after);
            places = after;
            found = places[tokens.size()] ? i + 1 : found;
        }
        return found;
    }

    private void passStars(boolean[] places) {
        for (int t = 0; t < tokens.size(); t++) {
            places[t + 1] |= places[t] && tokens.get(t) == STAR;
        }
    }
}
