// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.compose;

import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A {@code .env} file (docs.docker.com/compose/how-tos/environment-variables/variable-interpolation; compose-go,
 * {@code dotenv}): {@code NAME=value} or {@code NAME: value}, with {@code export}, comments, values in single quotes as
 * they are, in double quotes with escapes and variables, over several lines, and without quotes with variables up to
 * {@code " #"}. For one thread.
 */
final class DotEnv {
    private static final String EXPORT = "export";
    private static final String LETTERS = "$abfnrtv\"\\";
    private static final List<String> MEANINGS =
            List.of("$$", "\u0007", "\b", "\f", "\n", "\r", "\t", "\u000B", "\"", "\\");

    private final String file;
    private final String text;
    private final Map<String, String> values;
    private final Map<String, String> known;
    /** One for the whole file, whose values it bounds together. */
    private final Interpolation interpolation;

    private int next;

    private DotEnv(String file, String text, Map<String, String> values, Map<String, String> environment) {
        this.file = file;
        this.text = text.startsWith("\uFEFF") ? text.substring(1) : text;
        this.values = values;
        this.known = new HashMap<>(values);
        this.known.putAll(environment);
        long before = values.values().stream().mapToLong(String::length).sum();
        this.interpolation = new Interpolation(known, _ -> {}, new AtomicLong(before));
    }

    /**
     * Adds a file's values.
     *
     * @param values of this and earlier files; a later file's win
     * @param environment whose variables win over those of files where values refer to them
     */
    static void read(String file, String text, Map<String, String> values, Map<String, String> environment)
            throws SourceException {
        DotEnv parser = new DotEnv(file, text, values, environment);
        while (parser.toStatement()) {
            parser.statement(environment);
        }
    }

    /** Skips white space and comments. */
    private boolean toStatement() {
        while (next < text.length()) {
            char c = text.charAt(next);
            if (c == '#') {
                int end = text.indexOf('\n', next);
                next = end < 0 ? text.length() : end;
            } else if (isSpace(c) || c == '\n') {
                next++;
            } else {
                return true;
            }
        }
        return false;
    }

    private void statement(Map<String, String> environment) throws SourceException {
        if (text.startsWith(EXPORT, next)
                && next + EXPORT.length() < text.length()
                && " \t\u000B\f\r".indexOf(text.charAt(next + EXPORT.length())) >= 0) {
            next += EXPORT.length();
            while (next < text.length() && " \t\u000B\f\r".indexOf(text.charAt(next)) >= 0) {
                next++;
            }
        }
        int start = next;
        int end = keyEnd();
        String key = text.substring(start, end).strip();
        if (key.chars().anyMatch(c -> isSpace((char) c))) {
            throw error(start, "the name '" + key + "' has a space in it");
        }
        boolean hasValue = end < text.length() && text.charAt(end) != '\n';
        next = Math.min(text.length(), end + 1);
        if (!hasValue) {
            // A name alone is taken from the environment, where it is found anyway.
            return;
        }
        while (next < text.length() && isSpace(text.charAt(next))) {
            next++;
        }
        String value = value();
        values.put(key, value);
        if (!environment.containsKey(key)) {
            known.put(key, value);
        }
    }

    private int keyEnd() throws SourceException {
        for (int i = next; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '=' || c == ':' || c == '\n') {
                return i;
            }
            if (!isSpace(c) && "_.-[]".indexOf(c) < 0 && !Character.isLetterOrDigit(c)) {
                throw error(i, "'" + c + "' cannot be part of a name: a line is NAME=value, or a comment after #");
            }
        }
        return text.length();
    }

    private String value() throws SourceException {
        int start = next;
        char quote = next < text.length() ? text.charAt(next) : '\n';
        if (quote == '"' || quote == '\'') {
            String quoted = quoted(quote);
            return quote == '"' ? expanded(unescaped(quoted), start) : quoted;
        }
        int end = text.indexOf('\n', next);
        String line = text.substring(next, end < 0 ? text.length() : end);
        next = end < 0 ? text.length() : end + 1;
        int comment = line.indexOf(" #");
        return expanded((comment < 0 ? line : line.substring(0, comment)).stripTrailing(), start);
    }

    /** Up to the closing quote; a backslash keeps a quote from closing, and stays before anything else. */
    private String quoted(char quote) throws SourceException {
        StringBuilder out = new StringBuilder();
        for (int i = next + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                char escaped = text.charAt(++i);
                out.append(escaped == quote ? "" : "\\").append(escaped);
            } else if (c == quote) {
                next = i + 1;
                return out.toString();
            } else {
                out.append(c);
            }
        }
        throw error(next, "the quote " + quote + " is not closed");
    }

    /** Escapes of compose-go: a letter, or a zero and three octal digits; others stay as they are. */
    private static String unescaped(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int letter = c == '\\' && i + 1 < text.length() ? LETTERS.indexOf(text.charAt(i + 1)) : -1;
            if (letter >= 0) {
                out.append(MEANINGS.get(letter));
                i++;
            } else if (isOctal(text, i)) {
                out.append((char) Integer.parseInt(text, i + 2, i + 5, 8));
                i += 4;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static boolean isOctal(String text, int at) {
        return text.startsWith("\\0", at)
                && at + 4 < text.length()
                && text.charAt(at + 2) <= '3'
                && text.substring(at + 2, at + 5).chars().allMatch(c -> c >= '0' && c <= '7');
    }

    private String expanded(String value, int at) throws SourceException {
        try {
            return interpolation.replace(value);
        } catch (Interpolation.InvalidTemplate e) {
            throw error(at, String.valueOf(e.getMessage()));
        }
    }

    private SourceException error(int at, String message) {
        String before = text.substring(0, Math.min(at, text.length()));
        int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
        return new SourceException(new Position(file, line, before.length() - before.lastIndexOf('\n')), message);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\u000B' || c == '\u0085' || c == '\u00A0';
    }
}
