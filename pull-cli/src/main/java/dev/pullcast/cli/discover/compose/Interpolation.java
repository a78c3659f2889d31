// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.compose;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Variables in values (compose-spec, "Interpolation"; compose-go, {@code template}): {@code $X}, {@code ${X}},
 * {@code ${X:-d}}, {@code ${X-d}}, {@code ${X:?e}}, {@code ${X?e}}, {@code ${X:+r}}, {@code ${X+r}}, nested in one
 * another, and {@code $$} for a dollar sign. A dollar sign before anything else stands for itself.
 */
final class Interpolation {
    /** Characters that the variables of one value make. */
    static final int MAX_VALUE = 1024 * 1024;
    /** Characters that the variables of all values of a project make. */
    static final int MAX_TOTAL = 16 * MAX_VALUE;

    private static final int DEEPEST = 50;

    private final Map<String, String> variables;
    private final Consumer<String> unset;
    private final AtomicLong total;

    /** The text is not written right, or a variable is required; the message is for a person. */
    static final class InvalidTemplate extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidTemplate(String message) {
            super(message);
        }
    }

    /**
     * With variables.
     *
     * @param unset told the name of each variable that is not set and has no default
     */
    Interpolation(Map<String, String> variables, Consumer<String> unset) {
        this(variables, unset, new AtomicLong());
    }

    /**
     * One of several that share a bound.
     *
     * @param total characters that their variables have made so far
     */
    Interpolation(Map<String, String> variables, Consumer<String> unset, AtomicLong total) {
        this.variables = variables;
        this.unset = unset;
        this.total = total;
    }

    /** The text with its variables replaced. */
    String replace(String text) throws InvalidTemplate {
        if (text.indexOf('$') < 0) {
            return text;
        }
        String replaced = replace(text, 0);
        if (total.addAndGet(replaced.length()) > MAX_TOTAL) {
            throw new InvalidTemplate("the variables make more than " + MAX_TOTAL + " characters in all");
        }
        return replaced;
    }

    private String replace(String text, int depth) throws InvalidTemplate {
        if (depth > DEEPEST) {
            throw new InvalidTemplate("variables are nested more than " + DEEPEST + " deep");
        }
        StringBuilder out = new StringBuilder();
        int next = 0;
        while (next < text.length()) {
            int dollar = text.indexOf('$', next);
            if (dollar < 0 || dollar + 1 == text.length()) {
                break;
            }
            out.append(text, next, dollar);
            if (out.length() > MAX_VALUE) {
                throw new InvalidTemplate("its variables make more than " + MAX_VALUE + " characters");
            }
            char c = text.charAt(dollar + 1);
            if (c == '$') {
                out.append('$');
                next = dollar + 2;
            } else if (c == '{') {
                int close = closing(text, dollar + 1);
                out.append(braced(text, text.substring(dollar + 2, close), depth));
                next = close + 1;
            } else {
                int end = nameEnd(text, dollar + 1);
                out.append(end == dollar + 1 ? "$" : value(text.substring(dollar + 1, end)));
                next = Math.max(end, dollar + 1);
            }
        }
        if (out.length() > MAX_VALUE) {
            throw new InvalidTemplate("its variables make more than " + MAX_VALUE + " characters");
        }
        return out.append(text, next, text.length()).toString();
    }

    /** The brace that closes the one at {@code open}; where they do not pair, the last on the line. */
    private static int closing(String text, int open) throws InvalidTemplate {
        int lineEnd = text.indexOf('\n', open);
        int limit = lineEnd < 0 ? text.length() : lineEnd;
        int depth = 0;
        for (int i = open; i < limit; i++) {
            char c = text.charAt(i);
            if (c == '{') {
                depth++;
                // What follows an opening brace cannot close it: "${}" is invalid, not empty.
                i++;
            } else if (c == '}' && --depth == 0) {
                return i;
            }
        }
        int last = text.lastIndexOf('}', limit - 1);
        if (last <= open) {
            throw invalid(text);
        }
        return last;
    }

    private String braced(String text, String content, int depth) throws InvalidTemplate {
        int end = nameEnd(content, 0);
        if (end == 0) {
            throw invalid(text);
        }
        String name = content.substring(0, end);
        if (end == content.length()) {
            return value(name);
        }
        boolean emptyCounts = content.charAt(end) == ':';
        int operator = emptyCounts ? end + 1 : end;
        if (operator == content.length()) {
            throw invalid(text);
        }
        String word = content.substring(operator + 1);
        String value = variables.get(name);
        boolean set = value != null && !(emptyCounts && value.isEmpty());
        String known = value == null ? "" : value;
        return switch (content.charAt(operator)) {
            case '-' -> set ? known : replace(word, depth + 1);
            case '+' -> set ? replace(word, depth + 1) : known;
            case '?' -> set ? known : required(name, replace(word, depth + 1));
            default -> throw invalid(text);
        };
    }

    private static String required(String name, String reason) throws InvalidTemplate {
        throw new InvalidTemplate(
                "the variable " + name + " is required, but has no value" + (reason.isEmpty() ? "" : ": " + reason));
    }

    private String value(String name) {
        String value = variables.get(name);
        if (value == null) {
            unset.accept(name);
            return "";
        }
        return value;
    }

    private static int nameEnd(String text, int start) {
        int end = start;
        while (end < text.length() && isNamePart(text.charAt(end), end > start)) {
            end++;
        }
        return end;
    }

    private static boolean isNamePart(char c, boolean digitsToo) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (digitsToo && c >= '0' && c <= '9');
    }

    private static InvalidTemplate invalid(String text) {
        return new InvalidTemplate("the variable in '" + text + "' is not written right; a dollar sign itself is $$");
    }
}
