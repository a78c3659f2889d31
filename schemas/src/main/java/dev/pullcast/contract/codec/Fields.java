// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.codec;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One JSON object of a job, read without coercion: a field has its type, or a reason is added that names it. A field
 * that is null counts as absent; fields that nobody asks for are ignored.
 *
 * @param object the JSON object
 * @param path in front of its fields' names in reasons: empty, or {@code target.}
 * @param reasons where problems go
 */
record Fields(JsonNode object, String path, Reasons reasons) {
    private static final Pattern LABEL_KEY = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,126}[A-Za-z0-9])?");
    private static final int MAX_LABEL_VALUE = 256;
    private static final int MAX_PARSED = 4096;

    /** A text that a rule allows; null if absent or wrong. The value is not quoted, it may be a secret. */
    @Nullable
    String text(String name, Predicate<String> rule, String ruleInWords) {
        JsonNode node = find(name);
        if (node == null) {
            return null;
        }
        if (!node.isString()) {
            wrongType(name, "a string", node);
            return null;
        }
        if (!rule.test(node.stringValue())) {
            wrong(name, "must be " + ruleInWords);
            return null;
        }
        return node.stringValue();
    }

    /** A whole number within bounds; null if absent or wrong. */
    @Nullable
    Integer number(String name, int least, int most) {
        JsonNode node = find(name);
        if (node == null) {
            return null;
        }
        if (!node.isIntegralNumber()) {
            wrongType(name, "a whole number", node);
            return null;
        }
        if (!node.canConvertToInt() || node.intValue() < least || node.intValue() > most) {
            wrong(name, "must be from " + least + " to " + most);
            return null;
        }
        return node.intValue();
    }

    /** A whole number or a text, each read by a function that throws {@link IllegalArgumentException} with the reason. */
    <T> @Nullable T numberOrText(String name, IntFunction<T> ofNumber, Function<String, T> ofText) {
        JsonNode node = find(name);
        if (node == null || node.isString()) {
            return parsed(name, ofText);
        }
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
            wrongType(name, "a whole number or a text", node);
            return null;
        }
        return orWrong(name, () -> ofNumber.apply(node.intValue()));
    }

    /** A text, read by a function that throws {@link IllegalArgumentException} with the reason; null if absent or wrong. */
    <T> @Nullable T parsed(String name, Function<String, T> parser) {
        String text = text(name, t -> isLine(t, MAX_PARSED), "one line of at most " + MAX_PARSED + " characters");
        return text == null ? null : orWrong(name, () -> parser.apply(text));
    }

    private <T> @Nullable T orWrong(String name, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException e) {
            wrong(name, String.valueOf(e.getMessage()));
            return null;
        }
    }

    /** True or false; null if absent or wrong. */
    @Nullable
    Boolean flag(String name) {
        JsonNode node = find(name);
        if (node == null) {
            return null;
        }
        if (!node.isBoolean()) {
            wrongType(name, "true or false", node);
            return null;
        }
        return node.booleanValue();
    }

    /** One of some names; null if absent or wrong. */
    <T> @Nullable T oneOf(String name, Map<String, T> allowed) {
        JsonNode node = find(name);
        if (node == null) {
            return null;
        }
        if (!node.isString()) {
            wrongType(name, "a string", node);
            return null;
        }
        T value = allowed.get(node.stringValue());
        if (value == null) {
            wrong(
                    name,
                    Reasons.quote(node.stringValue()) + " is unknown; write " + String.join(" or ", allowed.keySet()));
        }
        return value;
    }

    /** An object; null if absent or wrong. */
    @Nullable
    Fields object(String name) {
        JsonNode node = find(name);
        if (node == null) {
            return null;
        }
        if (!node.isObject()) {
            wrongType(name, "an object", node);
            return null;
        }
        return new Fields(node, path + name + '.', reasons);
    }

    /** An array with a bounded number of elements; null if absent or wrong. */
    @Nullable
    JsonNode array(String name, int most) {
        JsonNode node = find(name);
        if (node == null) {
            return null;
        }
        if (!node.isArray()) {
            wrongType(name, "an array", node);
            return null;
        }
        if (node.size() > most) {
            wrong(name, "has " + node.size() + " elements; at most " + most + " are allowed");
            return null;
        }
        return node;
    }

    /** Names and values; empty if absent or wrong. */
    Map<String, String> labels(String name, int most) {
        Fields labels = object(name);
        if (labels == null) {
            return Map.of();
        }
        if (labels.object().size() > most) {
            wrong(name, "has " + labels.object().size() + " labels; at most " + most + " are allowed");
            return Map.of();
        }
        Map<String, String> result = new LinkedHashMap<>();
        labels.object().forEachEntry((key, value) -> {
            if (!LABEL_KEY.matcher(key).matches()) {
                wrong(
                        name,
                        "the key " + Reasons.quote(key) + " must be 1 to 128 letters, digits, '.', '_', '-' or '/',"
                                + " with a letter or digit first and last");
            } else if (!value.isString()) {
                labels.wrongType(key, "a string", value);
            } else if (!isLine(value.stringValue(), MAX_LABEL_VALUE)) {
                labels.wrong(key, "must be at most " + MAX_LABEL_VALUE + " characters on one line");
            } else {
                result.put(key, value.stringValue());
            }
        });
        return result;
    }

    /** Whether a text is bounded and has no control characters. */
    static boolean isLine(String text, int most) {
        return text.length() <= most && text.chars().noneMatch(Character::isISOControl);
    }

    boolean has(String name) {
        return find(name) != null;
    }

    void wrong(String name, String what) {
        reasons.add(path + name, what);
    }

    void wrongType(String name, String wanted, JsonNode found) {
        wrong(name, "must be " + wanted + ", not " + typeOf(found));
    }

    static String typeOf(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "an array";
            case OBJECT, POJO -> "an object";
            case BOOLEAN -> "true or false";
            case NUMBER -> node.isIntegralNumber() ? "a number" : "a number with a fraction or exponent";
            case STRING, BINARY -> "a string";
            case NULL, MISSING -> "null";
        };
    }

    private @Nullable JsonNode find(String name) {
        JsonNode node = object.get(name);
        return node == null || node.isNull() ? null : node;
    }
}
