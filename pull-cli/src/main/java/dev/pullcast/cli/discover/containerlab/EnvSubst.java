// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.containerlab;

import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceException;
import dev.pullcast.cli.discover.yaml.YamlReader;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Environment variables in a topology, as containerlab replaces them in the text before it is read as YAML
 * (containerlab.dev/manual/topo-def-file, github.com/hellt/envsubst): {@code $X}, {@code ${X}}, the forms with
 * {@code -}, {@code :-}, {@code =}, {@code :=}, {@code +}, {@code :+}, {@code ?} and {@code :?}, and {@code $$} for a dollar sign. A variable
 * that is not set and has no default stays as it is written.
 */
final class EnvSubst {
    private final String file;
    private final String text;
    private final Map<String, String> environment;
    private int next;

    private EnvSubst(String file, String text, Map<String, String> environment) {
        this.file = file;
        this.text = text;
        this.environment = environment;
    }

    static String replace(String file, String text, Map<String, String> environment) throws SourceException {
        return new EnvSubst(file, text, environment).until(false, 0);
    }

    private String until(boolean inBraces, int depth) throws SourceException {
        if (depth > 50) {
            throw error("variables are nested too deeply");
        }
        StringBuilder out = new StringBuilder();
        while (next < text.length()) {
            char c = text.charAt(next);
            if (c == '}' && inBraces) {
                next++;
                return out.toString();
            }
            next++;
            if (out.length() > YamlReader.LARGEST_TEXT) {
                throw error("its variables make more than " + YamlReader.LARGEST_TEXT + " characters");
            }
            if (c != '$' || next == text.length()) {
                out.append(c);
            } else if (text.charAt(next) == '$') {
                next++;
                out.append('$');
            } else if (text.charAt(next) == '{') {
                next++;
                out.append(braced(depth));
            } else {
                String name = name();
                out.append(environment.getOrDefault(name, "$" + name));
            }
        }
        if (inBraces) {
            throw error("'${' is not closed");
        }
        return out.toString();
    }

    private String name() {
        int start = next;
        while (next < text.length() && (Character.isLetterOrDigit(text.charAt(next)) || text.charAt(next) == '_')) {
            next++;
        }
        return text.substring(start, next);
    }

    private String braced(int depth) throws SourceException {
        int start = next;
        String name = name();
        if (name.isEmpty() || next == text.length()) {
            throw error("'${' needs the name of a variable");
        }
        String value = environment.get(name);
        char operator = text.charAt(next++);
        if (operator == '}') {
            return value == null ? "${" + name + "}" : value;
        }
        boolean emptyCounts = operator == ':';
        if (emptyCounts && next < text.length()) {
            operator = text.charAt(next++);
        }
        if ("-=+?".indexOf(operator) < 0) {
            throw error("'" + text.substring(start - 2, next) + "' is no form of a variable");
        }
        String word = until(true, depth + 1);
        boolean set = value != null && !(emptyCounts && value.isEmpty());
        if (operator == '?' && !set) {
            throw error(
                    "the variable " + name + " is required, but has no value" + (word.isEmpty() ? "" : ": " + word));
        }
        return choose(value, operator, emptyCounts, word);
    }

    private static String choose(@Nullable String value, char operator, boolean emptyCounts, String word) {
        boolean set = value != null && !(emptyCounts && value.isEmpty());
        if (operator == '+') {
            return set ? word : "";
        }
        return set && value != null ? value : word;
    }

    private SourceException error(String message) {
        int line =
                1 + (int) text.substring(0, next).chars().filter(c -> c == '\n').count();
        return new SourceException(new Position(file, line, 0), message);
    }
}
