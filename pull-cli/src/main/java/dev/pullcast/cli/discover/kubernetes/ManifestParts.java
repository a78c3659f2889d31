// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.kubernetes;

import java.util.ArrayList;
import java.util.List;

/**
 * Divides a stream of manifests as kubectl does: at lines of {@code ---}, which divide YAML wherever they stand, and
 * behind each JSON object, so that objects may stand one behind the other, on lines of their own or among YAML.
 */
final class ManifestParts {
    private final String text;
    private final List<Part> parts = new ArrayList<>();
    private int line;
    private int lineStart;

    /**
     * A part of a stream.
     *
     * @param text YAML or JSON
     * @param line where it begins, from 0
     * @param column where it begins in that line, from 0
     */
    record Part(String text, int line, int column) {}

    private ManifestParts(String text) {
        this.text = text;
    }

    /** The parts that are not blank, in order. */
    static List<Part> of(String text) {
        ManifestParts divided = new ManifestParts(text);
        divided.divide();
        return divided.parts;
    }

    private void divide() {
        int at = 0;
        while (at < text.length()) {
            int content = afterBlanks(text.startsWith("---", at) && isMarker(at) ? at + 3 : at);
            int end = content < text.length() && text.charAt(content) == '{' ? endOfObject(content) : -1;
            if (end >= 0) {
                moveTo(content);
                parts.add(new Part(text.substring(content, end), line, content - lineStart));
                at = afterBlanks(end);
            } else {
                end = endOfYaml(at);
                String part = text.substring(at, end);
                if (!part.isBlank() && !part.strip().equals("---")) {
                    moveTo(at);
                    parts.add(new Part(part, line, at - lineStart));
                }
                at = end;
            }
        }
    }

    /** Counts lines up to a place; places come in order. */
    private void moveTo(int place) {
        for (int i = text.indexOf('\n', lineStart); i >= 0 && i < place; i = text.indexOf('\n', lineStart)) {
            line++;
            lineStart = i + 1;
        }
    }

    private int afterBlanks(int from) {
        int at = from;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private boolean isMarker(int at) {
        boolean begins = at == 0 || text.charAt(at - 1) == '\n';
        return begins && (at + 3 == text.length() || Character.isWhitespace(text.charAt(at + 3)));
    }

    /** The next line of {@code ---} before which something stands that is no directive; else the end of the text. */
    private int endOfYaml(int from) {
        boolean onlyDirectives = true;
        for (int at = from; at < text.length(); ) {
            int lineEnd = text.indexOf('\n', at);
            lineEnd = lineEnd < 0 ? text.length() : lineEnd + 1;
            boolean isMarker = text.startsWith("---", at) && isMarker(at);
            if (isMarker && at > from && !onlyDirectives) {
                return at;
            }
            onlyDirectives &= !isMarker && isDirectiveOrBlank(at, lineEnd);
            at = lineEnd;
        }
        return text.length();
    }

    private boolean isDirectiveOrBlank(int from, int to) {
        char first = text.charAt(from);
        return first == '%' || first == '#' || text.substring(from, to).isBlank();
    }

    /** Behind the brace that closes an object of JSON; -1 where none does before the next line of {@code ---}. */
    private int endOfObject(int open) {
        int depth = 0;
        boolean quoted = false;
        for (int i = open; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                i += c == '\\' ? 1 : 0;
                quoted = c != '"';
            } else if (c == '"') {
                quoted = true;
            } else if (c == '\n' && text.startsWith("---", i + 1)) {
                return -1;
            } else if (c == '{' || c == '[') {
                depth++;
            } else if ((c == '}' || c == ']') && --depth == 0) {
                return i + 1;
            }
        }
        return -1;
    }
}
