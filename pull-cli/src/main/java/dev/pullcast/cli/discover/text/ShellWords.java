// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.text;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Quotes, escapes and variables as a Dockerfile knows them: {@code $X}, {@code ${X}}, {@code ${X:-d}}, {@code ${X-d}},
 * {@code ${X:+r}}, {@code ${X+r}}, {@code ${X:?e}}, {@code ${X?e}}, {@code ${X#p}}, {@code ${X##p}}, {@code ${X%p}},
 * {@code ${X%%p}}, {@code ${X/p/r}}, {@code ${X//p/r}} (BuildKit, {@code frontend/dockerfile/shell/lex.go}). A variable
 * that is not set is empty. What a text expands to is bounded.
 */
final class ShellWords {
    /** Characters of one value. */
    static final int MAX_VALUE = 1024 * 1024;

    private static final int MAX_DEPTH = 50;

    private final String text;
    private final char escape;
    private final Map<String, String> variables;
    private int next;
    private int depth;

    private ShellWords(String text, char escape, Map<String, String> variables) {
        this.text = text;
        this.escape = escape;
        this.variables = variables;
    }

    /** @throws IllegalArgumentException saying what is wrong, or that a variable is required */
    static String expand(String text, char escape, Map<String, String> variables) {
        return new ShellWords(text, escape, variables).until('\0', false);
    }

    /** @param pattern whether what is read is a pattern, which keeps its backslashes */
    private String until(char end, boolean pattern) {
        if (++depth > MAX_DEPTH) {
            throw new IllegalArgumentException("variables are nested more than " + MAX_DEPTH + " deep");
        }
        StringBuilder out = new StringBuilder();
        boolean quoted = false;
        while (next < text.length()) {
            char c = text.charAt(next);
            if (c == end && !quoted) {
                next++;
                depth--;
                return out.toString();
            }
            next++;
            if (out.length() > MAX_VALUE) {
                throw new IllegalArgumentException("its variables make more than " + MAX_VALUE + " characters");
            }
            if (c == escape && next < text.length()) {
                out.append(pattern ? "\\" : "").append(text.charAt(next++));
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '\'' && !quoted) {
                int close = text.indexOf('\'', next);
                if (close < 0) {
                    throw new IllegalArgumentException("a quote is not closed in " + text);
                }
                out.append(text, next, close);
                next = close + 1;
            } else if (c == '$') {
                out.append(variable());
            } else {
                out.append(c);
            }
        }
        depth--;
        if (end != '\0' || quoted) {
            throw new IllegalArgumentException((quoted ? "a quote" : "${") + " is not closed in " + text);
        }
        return out.toString();
    }

    private String variable() {
        if (next < text.length() && text.charAt(next) == '{') {
            next++;
            return braced();
        }
        String name = name();
        return name.isEmpty() ? "$" : variables.getOrDefault(name, "");
    }

    private String name() {
        int start = next;
        while (next < text.length() && (Character.isLetterOrDigit(text.charAt(next)) || text.charAt(next) == '_')) {
            next++;
        }
        return text.substring(start, next);
    }

    private String braced() {
        String name = name();
        if (name.isEmpty() || next >= text.length()) {
            throw new IllegalArgumentException("'${' needs a name and a '}' in " + text);
        }
        String value = variables.get(name);
        char operator = text.charAt(next++);
        if (operator == '}') {
            return value == null ? "" : value;
        }
        boolean emptyCounts = operator == ':';
        if (emptyCounts) {
            if (next >= text.length()) {
                throw new IllegalArgumentException("${ is not closed in " + text);
            }
            operator = text.charAt(next++);
        }
        String known = value == null ? "" : value;
        if (!emptyCounts && "#%/".indexOf(operator) >= 0) {
            boolean twice = next < text.length() && text.charAt(next) == operator;
            next += twice ? 1 : 0;
            if (operator == '/') {
                ShellPattern pattern = ShellPattern.of(until('/', true));
                return pattern.replaced(known, until('}', false), twice);
            }
            ShellPattern pattern = ShellPattern.of(until('}', true));
            return operator == '#' ? pattern.withoutPrefix(known, twice) : pattern.withoutSuffix(known, twice);
        }
        return modified(name, value, operator, emptyCounts, until('}', false));
    }

    private String modified(String name, @Nullable String value, char operator, boolean emptyCounts, String word) {
        boolean set = value != null && !(emptyCounts && value.isEmpty());
        String known = value == null ? "" : value;
        return switch (operator) {
            case '-' -> set ? known : word;
            case '+' -> set ? word : "";
            case '?' -> {
                if (!set) {
                    throw new IllegalArgumentException(name + ": " + (word.isEmpty() ? "it is not set" : word));
                }
                yield known;
            }
            default -> throw new IllegalArgumentException("'" + operator + "' is not supported in ${" + name + "…}");
        };
    }
}
