// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.compose;

import dev.pullcast.cli.discover.yaml.YamlNode;
import dev.pullcast.cli.discover.yaml.YamlNode.Mapping;
import dev.pullcast.cli.discover.yaml.YamlNode.Scalar;
import dev.pullcast.cli.discover.yaml.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The paths that a document marks with {@code !reset} or {@code !override} (compose-spec, "Merge"; compose-go,
 * {@code loader/reset.go}): what is there before is taken away before the document is merged.
 *
 * @param document without what it resets
 */
record Resets(YamlNode document, Set<List<String>> paths) {
    private static final String RESET = "!reset";
    private static final String OVERRIDE = "!override";

    static Resets of(Mapping document) {
        Set<List<String>> paths = new HashSet<>();
        YamlNode kept = kept(document, List.of(), paths);
        return new Resets(kept == null ? document : kept, paths);
    }

    private static @Nullable YamlNode kept(YamlNode node, List<String> path, Set<List<String>> paths) {
        if (RESET.equals(node.tag())) {
            paths.add(path);
            return null;
        }
        if (OVERRIDE.equals(node.tag())) {
            paths.add(path);
            return node;
        }
        return switch (node) {
            case Mapping mapping -> {
                Map<String, YamlNode> entries = new LinkedHashMap<>();
                mapping.entries().forEach((key, value) -> {
                    YamlNode rest = kept(value, and(path, key), paths);
                    if (rest != null) {
                        entries.put(key, rest);
                    }
                });
                yield new Mapping(entries, mapping.at(), mapping.tag());
            }
            case Sequence sequence -> {
                List<YamlNode> items = new ArrayList<>();
                for (YamlNode item : sequence.items()) {
                    YamlNode rest = kept(item, and(path, String.valueOf(items.size())), paths);
                    if (rest != null) {
                        items.add(rest);
                    }
                }
                yield new Sequence(items, sequence.at(), sequence.tag());
            }
            case Scalar scalar -> scalar;
        };
    }

    /** What is there before, without what is reset; lists are reset as a whole, never an item of one. */
    Mapping apply(Mapping before) {
        return paths.isEmpty() ? before : apply(before, List.of());
    }

    /** The same for a part of the model that stands at a path. */
    Mapping apply(Mapping before, List<String> path) {
        if (paths.isEmpty()) {
            return before;
        }
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        before.entries().forEach((key, value) -> {
            List<String> next = and(path, key);
            if (!paths.contains(next)) {
                entries.put(key, value instanceof Mapping mapping ? apply(mapping, next) : value);
            }
        });
        return new Mapping(entries, before.at(), before.tag());
    }

    static List<String> and(List<String> path, String key) {
        List<String> longer = new ArrayList<>(path);
        longer.add(key);
        return List.copyOf(longer);
    }
}
