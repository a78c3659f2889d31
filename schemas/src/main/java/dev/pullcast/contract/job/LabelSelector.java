// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.job;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

    private static final String KEY = "[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,126}[A-Za-z0-9])?";
    private static final String VALUE = "[A-Za-z0-9](?:[A-Za-z0-9._-]{0,254}[A-Za-z0-9])?|";
    private static final Pattern NEXT = Pattern.compile("\\s*(?:"
            + "(?<set>" + KEY + ")\\s+(?<op>in|notin)\\s*\\((?<values>[^()]*)\\)"
            + "|(?<key>" + KEY + ")\\s*(?<eq>==|=|!=)\\s*(?<value>" + VALUE + ")"
            + "|!\\s*(?<absent>" + KEY + ")"
            + "|(?<present>" + KEY + "))\\s*(?:,|$)");
    private static final Pattern ONE_VALUE = Pattern.compile(VALUE);

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
        List<Requirement> requirements = new ArrayList<>();
        Matcher matcher = NEXT.matcher(text);
        int at = 0;
        while (at < text.length()) {
            if (requirements.size() == MOST) {
                throw new IllegalArgumentException("has more than " + MOST + " conditions");
            }
            if (!matcher.find(at) || matcher.start() != at) {
                throw new IllegalArgumentException("cannot be read from character " + (at + 1)
                        + " on; write key=value, key!=value, key in (a, b), key notin (a, b), key or !key, with commas"
                        + " between them");
            }
            requirements.add(requirement(matcher));
            at = matcher.end();
        }
        if (requirements.isEmpty() || text.stripTrailing().endsWith(",")) {
            throw new IllegalArgumentException("ends where a condition is expected");
        }
        return new LabelSelector(text, List.copyOf(requirements));
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

    private static Requirement requirement(Matcher part) {
        if (part.group("set") != null) {
            Set<String> values = values(part.group("values"));
            return part.group("op").equals("in")
                    ? new In(part.group("set"), values)
                    : new NotIn(part.group("set"), values);
        }
        if (part.group("key") != null) {
            Set<String> value = Set.of(part.group("value"));
            return part.group("eq").equals("!=")
                    ? new NotIn(part.group("key"), value)
                    : new In(part.group("key"), value);
        }
        return part.group("absent") != null ? new Missing(part.group("absent")) : new Exists(part.group("present"));
    }

    private static Set<String> values(String list) {
        Set<String> values = new TreeSet<>();
        for (String value : list.split(",", -1)) {
            if (!ONE_VALUE.matcher(value.strip()).matches()) {
                throw new IllegalArgumentException("has a value between brackets that no label can have: '"
                        + value.strip() + "'; allowed are letters, digits, '.', '_' and '-'");
            }
            values.add(value.strip());
        }
        return values;
    }
}
