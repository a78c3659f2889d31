// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.yaml;

import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A node of a YAML document. Aliases and merge keys are resolved: the same node may stand at several places. */
public sealed interface YamlNode {
    /** Where it begins. */
    Position at();

    /** A tag of the application's own, {@code !reset}; null for none and for the standard ones. */
    @Nullable
    String tag();

    /** What a reader would call it, in messages. */
    String what();

    /** Keys are text, whatever type YAML gives them. */
    record Mapping(
            Map<String, YamlNode> entries,
            Position at,
            @Nullable String tag) implements YamlNode {
        /** Copies the entries, in their order. */
        public Mapping {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        @Override
        public String what() {
            return "a mapping";
        }

        /** The value, or null where there is none or it is YAML's null. */
        public @Nullable YamlNode get(String key) {
            YamlNode value = entries.get(key);
            return value instanceof Scalar scalar && scalar.type() == ScalarType.NULL ? null : value;
        }

        /** The mapping at a key; null where there is none. @throws SourceException if it is something else */
        public @Nullable Mapping mapping(String key) throws SourceException {
            YamlNode value = get(key);
            if (value == null || value instanceof Mapping) {
                return (Mapping) value;
            }
            throw new SourceException(value.at(), key + " must be a mapping, but is " + value.what());
        }

        /** The list at a key; empty where there is none. @throws SourceException if it is something else */
        public List<YamlNode> list(String key) throws SourceException {
            YamlNode value = get(key);
            if (value == null) {
                return List.of();
            }
            if (value instanceof Sequence sequence) {
                return sequence.items();
            }
            throw new SourceException(value.at(), key + " must be a list, but is " + value.what());
        }

        /** The text at a key; null where there is none. @throws SourceException if it is something else */
        public @Nullable Scalar text(String key) throws SourceException {
            YamlNode value = get(key);
            return value == null ? null : value.asText(key);
        }

        /** The text at a key for questions only: null for anything that is no text. */
        public @Nullable String peek(String key) {
            return get(key) instanceof Scalar scalar ? scalar.text() : null;
        }
    }

    /** A list. */
    record Sequence(
            List<YamlNode> items, Position at, @Nullable String tag) implements YamlNode {
        /** Copies the items. */
        public Sequence {
            items = List.copyOf(items);
        }

        @Override
        public String what() {
            return "a list";
        }
    }

    /** A text, with the type that YAML's core schema gives it. */
    record Scalar(
            String text,
            ScalarType type,
            Position at,
            @Nullable String tag) implements YamlNode {
        @Override
        public String what() {
            return switch (type) {
                case NULL -> "empty";
                case BOOL -> "the truth value " + text;
                case NUMBER -> "the number " + text;
                case TEXT -> "a text";
            };
        }

        /** With another text. */
        public Scalar withText(String other) {
            return new Scalar(other, type, at, tag);
        }
    }

    /** What a scalar is. */
    enum ScalarType {
        NULL,
        BOOL,
        NUMBER,
        TEXT
    }

    /** This node as text. @throws SourceException naming what it is instead, and that quotes make it a text */
    default Scalar asText(String name) throws SourceException {
        if (this instanceof Scalar scalar && scalar.type() == ScalarType.TEXT) {
            return scalar;
        }
        String hint = this instanceof Scalar scalar && scalar.type() != ScalarType.NULL
                ? ": write \"" + scalar.text() + "\" in quotes"
                : "";
        throw new SourceException(at(), name + " must be a text, but is " + what() + hint);
    }
}
