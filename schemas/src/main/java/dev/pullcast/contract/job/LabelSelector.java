// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.job;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Conditions on labels in Kubernetes' words, all of which must hold: {@code zone=a}, {@code zone==a}, {@code zone!=a},
 * {@code zone in (a, b)}, {@code zone notin (a, b)}, {@code gpu} (there is such a label), {@code !gpu} (there is none).
 * As there, {@code !=} and {@code notin} hold where the label is missing.
 *
 * @param text as it was written; the JSON form
 * @param requirements its parts
 * @see <a href="https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/">Labels and selectors</a>
 */
public record LabelSelector(String text, List<Requirement> requirements) {
    /** How many conditions one selector may have. */
    public static final int MOST = 64;

    private static final int MAX_KEY = 128;
    private static final int MAX_VALUE = 256;

    /** One condition. */
    public sealed interface Requirement {
        /** Whether it holds for these labels. */
        boolean holds(Map<String, String> labels);
    }

    /** The label is there and has one of the values. */
    public record In(String key, Set<String> values) implements Requirement {
        @Override
        public boolean holds(Map<String, String> labels) {
            String value = labels.get(key);
            return value != null && values.contains(value);
        }
    }

    /** The label is missing, or has none of the values. */
    public record NotIn(String key, Set<String> values) implements Requirement {
        @Override
        public boolean holds(Map<String, String> labels) {
            String value = labels.get(key);
            return value == null || !values.contains(value);
        }
    }

    /** The label is there, whatever its value. */
    public record Exists(String key) implements Requirement {
        @Override
        public boolean holds(Map<String, String> labels) {
            return labels.containsKey(key);
        }
    }

    /** The label is missing. */
    public record Missing(String key) implements Requirement {
        @Override
        public boolean holds(Map<String, String> labels) {
            return !labels.containsKey(key);
        }
    }

    /**
     * Reads a selector.
     *
     * @throws IllegalArgumentException saying where it cannot be read and what is allowed
     */
    @JsonCreator
    public static LabelSelector parse(String text) {
        return new LabelSelector(text, new Parser(text).requirements());
    }

    /** Whether all conditions hold. */
    public boolean matches(Map<String, String> labels) {
        return requirements.stream().allMatch(requirement -> requirement.holds(labels));
    }

    @Override
    @JsonValue
    public String text() {
        return text;
    }

    /** Reads from left to right, each character once or twice. For one thread. */
    private static final class Parser {
        private final String text;
        private int at;

        Parser(String text) {
            this.text = text;
        }

        List<Requirement> requirements() {
            List<Requirement> requirements = new ArrayList<>();
            do {
                if (requirements.size() == MOST) {
                    throw new IllegalArgumentException("has more than " + MOST + " conditions");
                }
                skipBlanks();
                if (at == text.length()) {
                    throw new IllegalArgumentException("ends where a condition is expected");
                }
                int start = at;
                requirements.add(requirement(start));
                skipBlanks();
                if (at < text.length() && text.charAt(at) != ',') {
                    throw unreadable(start);
                }
            } while (at++ < text.length());
            return List.copyOf(requirements);
        }

        private Requirement requirement(int start) {
            if (takes("!")) {
                skipBlanks();
                return new Missing(key(start));
            }
            String key = key(start);
            int afterKey = at;
            skipBlanks();
            if (takes("==") || takes("=")) {
                return new In(key, Set.of(value(start)));
            }
            if (takes("!=")) {
                return new NotIn(key, Set.of(value(start)));
            }
            if (at > afterKey && at < text.length() && text.charAt(at) != ',') {
                String operator = word(MAX_KEY, false);
                skipBlanks();
                if ((operator.equals("in") || operator.equals("notin")) && takes("(")) {
                    Set<String> values = values(start);
                    return operator.equals("in") ? new In(key, values) : new NotIn(key, values);
                }
                throw unreadable(start);
            }
            return new Exists(key);
        }

        private Set<String> values(int start) {
            Set<String> values = new TreeSet<>();
            do {
                skipBlanks();
                int from = at;
                values.add(word(MAX_VALUE, false));
                skipBlanks();
                if (at < text.length() && ",)".indexOf(text.charAt(at)) < 0) {
                    if ("()".indexOf(text.charAt(at)) >= 0 || text.indexOf(')', at) < 0) {
                        throw unreadable(start);
                    }
                    throw new IllegalArgumentException("has a value between brackets that no label can have, from"
                            + " character " + (from + 1) + " on; allowed are letters, digits, '.', '_' and '-'");
                }
            } while (takes(","));
            if (!takes(")")) {
                throw unreadable(start);
            }
            return values;
        }

        private String key(int start) {
            String key = word(MAX_KEY, true);
            if (key.isEmpty()) {
                throw unreadable(start);
            }
            return key;
        }

        private String value(int start) {
            skipBlanks();
            int from = at;
            String value = word(MAX_VALUE, false);
            if (value.isEmpty() && at > from) {
                throw unreadable(start);
            }
            return value;
        }

        /** Letters, digits and signs, with a letter or digit first and last; empty where there is none. */
        private String word(int most, boolean slashes) {
            int from = at;
            while (at < text.length() && (isAlphanumeric(text.charAt(at)) || isSign(text.charAt(at), slashes))) {
                at++;
            }
            if (at == from) {
                return "";
            }
            if (at - from > most || !isAlphanumeric(text.charAt(from)) || !isAlphanumeric(text.charAt(at - 1))) {
                throw unreadable(from);
            }
            return text.substring(from, at);
        }

        private static boolean isAlphanumeric(char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        }

        private static boolean isSign(char c, boolean slashes) {
            return c == '.' || c == '_' || c == '-' || (slashes && c == '/');
        }

        private boolean takes(String token) {
            boolean there = text.startsWith(token, at);
            at += there ? token.length() : 0;
            return there;
        }

        private void skipBlanks() {
            while (at < text.length() && " \t\n\u000B\f\r".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        private static IllegalArgumentException unreadable(int from) {
            return new IllegalArgumentException("cannot be read from character " + (from + 1)
                    + " on; write key=value, key!=value, key in (a, b), key notin (a, b), key or !key, with commas"
                    + " between them");
        }
    }
}
