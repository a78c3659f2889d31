// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts the lines of a Dockerfile together to instructions: continued lines, comments, parser directives and here
 * documents (docs.docker.com/reference/dockerfile). For one thread.
 */
final class DockerfileLines {
    /**
     * One instruction.
     *
     * @param keyword in upper case
     * @param line where it begins, from 1
     */
    record Instruction(String keyword, String arguments, int line) {}

    private static final Pattern DIRECTIVE = Pattern.compile("#\\s*+([a-zA-Z][a-zA-Z0-9]*+)\\s*+=\\s*+(\\S++)\\s*+");
    private static final Pattern HEREDOC =
            Pattern.compile("(?<!<)<<(-?+)(?:\"([^\"<]++)\"|'([^'<]++)'|([A-Za-z0-9_.]++))");
    private static final Set<String> WITH_HEREDOC = Set.of("RUN", "COPY", "ADD");

    private final List<String> lines;
    private final List<Instruction> instructions = new ArrayList<>();
    private char escape = '\\';
    private int next;

    private DockerfileLines(String text) {
        this.lines = text.lines().toList();
    }

    /** The instructions, and the character that escapes. */
    record Parsed(List<Instruction> instructions, char escape) {}

    static Parsed parse(String text) {
        DockerfileLines parser = new DockerfileLines(text);
        parser.directives();
        while (parser.next < parser.lines.size()) {
            parser.instruction();
        }
        return new Parsed(List.copyOf(parser.instructions), parser.escape);
    }

    /** Directives stand before everything else; the first line that is none ends them. */
    private void directives() {
        while (next < lines.size()) {
            Matcher directive = DIRECTIVE.matcher(lines.get(next));
            if (!directive.matches()) {
                return;
            }
            if (directive.group(1).equalsIgnoreCase("escape")) {
                escape = directive.group(2).charAt(0);
            }
            next++;
        }
    }

    private void instruction() {
        int first = next + 1;
        StringBuilder logical = new StringBuilder();
        boolean continued = true;
        while (continued && next < lines.size()) {
            String line = lines.get(next++);
            if (line.strip().startsWith("#") || line.isBlank()) {
                // A comment or an empty line does not end what is continued.
                continued = !logical.isEmpty();
                continue;
            }
            String trimmed = line.stripTrailing();
            continued = !trimmed.isEmpty() && trimmed.charAt(trimmed.length() - 1) == escape;
            logical.append(continued ? trimmed.substring(0, trimmed.length() - 1) : line);
        }
        String text = logical.toString().strip();
        if (text.isEmpty()) {
            return;
        }
        int end = 0;
        while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        Instruction instruction = new Instruction(
                text.substring(0, end).toUpperCase(Locale.ROOT),
                text.substring(end).strip(),
                first);
        instructions.add(instruction);
        if (WITH_HEREDOC.contains(instruction.keyword())) {
            skipHeredocs(instruction.arguments());
        }
    }

    private void skipHeredocs(String arguments) {
        Matcher heredoc = HEREDOC.matcher(arguments);
        while (heredoc.find()) {
            boolean tabs = !heredoc.group(1).isEmpty();
            String end = heredoc.group(2) != null
                    ? heredoc.group(2)
                    : heredoc.group(3) != null ? heredoc.group(3) : heredoc.group(4);
            while (next < lines.size()) {
                String line = lines.get(next++);
                if ((tabs ? withoutTabs(line) : line).equals(end)) {
                    break;
                }
            }
        }
    }

    private static String withoutTabs(String line) {
        int at = 0;
        while (at < line.length() && line.charAt(at) == '\t') {
            at++;
        }
        return line.substring(at);
    }
}
