// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.compose;

import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@code .env} file (docs.docker.com/compose/how-tos/environment-variables/variable-interpolation; compose-go,
 * {@code dotenv}): {@code NAME=value} or {@code NAME: value}, with {@code export}, comments, values in single quotes as
 * they are, in double quotes with escapes and variables, over several lines, and without quotes with variables up to
 * {@code " #"}. For one thread.
 */
final class DotEnv {
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:[abcfnrtv$\"\\\\]|0\\d{0,3})");
    private static final Pattern EXPORT = Pattern.compile("export[ \t\u000B\f\r]+");

    private final String file;
    private final String text;
    private final Map<String, String> values;
    private final Map<String, String> known;
    private int next;

    private DotEnv(String file, String text, Map<String, String> values, Map<String, String> environment) {
        this.file = file;
        this.text = text.startsWith("\uFEFF") ? text.substring(1) : text;
        this.values = values;
        this.known = new HashMap<>(values);
        this.known.putAll(environment);
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
        Matcher export = EXPORT.matcher(text).region(next, text.length());
        if (export.lookingAt()) {
            next = export.end();
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

    private static String unescaped(String text) {
        return ESCAPE.matcher(text).replaceAll(match -> Matcher.quoteReplacement(unescapedOne(match.group())));
    }

    private static String unescapedOne(String escape) {
        return switch (escape.charAt(1)) {
            case '$' -> "$$";
            case 'a' -> "\u0007";
            case 'b' -> "\b";
            case 'f' -> "\f";
            case 'n' -> "\n";
            case 'r' -> "\r";
            case 't' -> "\t";
            case 'v' -> "\u000B";
            case '"' -> "\"";
            case '\\' -> "\\";
            case '0' ->
                escape.length() == 5 && escape.substring(2).matches("[0-3][0-7]{2}")
                        ? String.valueOf((char) Integer.parseInt(escape.substring(2), 8))
                        : escape;
            default -> escape;
        };
    }

    private String expanded(String value, int at) throws SourceException {
        try {
            return new Interpolation(known, _ -> {}).replace(value);
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
