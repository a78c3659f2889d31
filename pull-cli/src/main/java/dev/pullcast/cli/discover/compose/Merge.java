// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.compose;

import dev.pullcast.cli.discover.found.SourceException;
import dev.pullcast.cli.discover.yaml.YamlNode;
import dev.pullcast.cli.discover.yaml.YamlNode.Mapping;
import dev.pullcast.cli.discover.yaml.YamlNode.Scalar;
import dev.pullcast.cli.discover.yaml.YamlNode.ScalarType;
import dev.pullcast.cli.discover.yaml.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How one document overrides another (compose-spec, "Merge"; compose-go, {@code override}): mappings are merged, lists
 * are joined, values replaced, with exceptions by path. Pure.
 */
final class Merge {
    private static final List<String> SERVICE = List.of("services", "x");

    private enum Rule {
        USUAL,
        REPLACE,
        /** A mapping {@code k: v} and a list {@code k=v} are the same thing, and are joined as lists. */
        LIST,
        BUILD,
        DEPENDS_ON,
        /** A list of names and a mapping by name are the same thing. */
        NAMES,
        LOGGING
    }

    private Merge() {}

    /** A model with another over it. @throws SourceException if a mapping meets a list */
    static Mapping models(Mapping base, Mapping over) throws SourceException {
        return mappings(base, over, List.of());
    }

    /** A service with another over it. @throws SourceException if a mapping meets a list */
    static Mapping services(Mapping base, Mapping over) throws SourceException {
        return uniqueVolumes(mappings(base, over, SERVICE));
    }

    private static Rule rule(List<String> path) {
        if (path.size() < 3) {
            return Rule.USUAL;
        }
        String rest = String.join(".", path.subList(2, path.size()));
        return switch (path.getFirst()) {
            case "networks" ->
                rest.equals("labels") ? Rule.LIST : rest.equals("ipam.config") ? Rule.REPLACE : Rule.USUAL;
            case "volumes" -> rest.equals("labels") ? Rule.LIST : Rule.USUAL;
            case "services" ->
                switch (rest) {
                    case "command", "entrypoint", "healthcheck.test" -> Rule.REPLACE;
                    case "build" -> Rule.BUILD;
                    case "depends_on" -> Rule.DEPENDS_ON;
                    case "models", "networks" -> Rule.NAMES;
                    case "logging" -> Rule.LOGGING;
                    case "annotations",
                            "build.args",
                            "build.additional_contexts",
                            "build.extra_hosts",
                            "build.labels",
                            "deploy.labels",
                            "dns",
                            "dns_opt",
                            "dns_search",
                            "env_file",
                            "label_file",
                            "environment",
                            "extra_hosts",
                            "labels",
                            "sysctls",
                            "tmpfs" -> Rule.LIST;
                    default -> rest.startsWith("ulimits.") ? Rule.REPLACE : Rule.USUAL;
                };
            default -> Rule.USUAL;
        };
    }

    private static YamlNode nodes(YamlNode base, YamlNode over, List<String> path) throws SourceException {
        return switch (rule(path)) {
            case REPLACE -> over;
            case LIST -> joined(asList(base), asList(over));
            case BUILD -> mappings(asBuild(base), asBuild(over), path);
            case DEPENDS_ON, NAMES -> mappings(byName(base), byName(over), path);
            case LOGGING -> logging(base, over, path);
            case USUAL -> usual(base, over, path);
        };
    }

    private static YamlNode usual(YamlNode base, YamlNode over, List<String> path) throws SourceException {
        if (over instanceof Scalar scalar && scalar.type() == ScalarType.NULL) {
            return base;
        }
        return switch (base) {
            case Mapping mapping -> {
                if (over instanceof Mapping other) {
                    yield mappings(mapping, other, path);
                }
                throw cannot(over, path, base);
            }
            case Sequence sequence -> {
                if (over instanceof Sequence other) {
                    yield joined(sequence, other);
                }
                throw cannot(over, path, base);
            }
            case Scalar _ -> over;
        };
    }

    private static SourceException cannot(YamlNode over, List<String> path, YamlNode base) {
        return new SourceException(
                over.at(),
                String.join(".", path) + " is " + base.what() + " at " + base.at() + " and cannot be overridden by "
                        + over.what());
    }

    private static Mapping mappings(Mapping base, Mapping over, List<String> path) throws SourceException {
        Map<String, YamlNode> entries = new LinkedHashMap<>(base.entries());
        for (Map.Entry<String, YamlNode> entry : over.entries().entrySet()) {
            YamlNode before = entries.get(entry.getKey());
            YamlNode value = entry.getValue();
            entries.put(
                    entry.getKey(), before == null ? value : nodes(before, value, Resets.and(path, entry.getKey())));
        }
        return new Mapping(entries, over.at(), null);
    }

    private static Sequence joined(Sequence base, Sequence over) {
        List<YamlNode> items = new ArrayList<>(base.items());
        items.addAll(over.items());
        return new Sequence(items, over.at(), null);
    }

    private static Sequence asList(YamlNode node) {
        return switch (node) {
            case Sequence sequence -> sequence;
            case Mapping mapping -> {
                List<YamlNode> items = new ArrayList<>();
                mapping.entries()
                        .forEach((key, value) -> items.add(new Scalar(
                                value instanceof Scalar scalar && scalar.type() != ScalarType.NULL
                                        ? key + '=' + scalar.text()
                                        : key,
                                ScalarType.TEXT,
                                value.at(),
                                null)));
                yield new Sequence(items, mapping.at(), null);
            }
            case Scalar scalar ->
                new Sequence(scalar.type() == ScalarType.NULL ? List.of() : List.of(scalar), scalar.at(), null);
        };
    }

    private static Mapping asBuild(YamlNode node) {
        return switch (node) {
            case Mapping mapping -> mapping;
            case Scalar scalar
            when scalar.type() != ScalarType.NULL -> new Mapping(Map.of("context", scalar), scalar.at(), null);
            case Scalar scalar -> new Mapping(Map.of(), scalar.at(), null);
            case Sequence sequence -> new Mapping(Map.of(), sequence.at(), null);
        };
    }

    /** A list of names as a mapping; what only names a thing says nothing about it. */
    static Mapping byName(YamlNode node) {
        if (node instanceof Mapping mapping) {
            return mapping;
        }
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        if (node instanceof Sequence sequence) {
            for (YamlNode item : sequence.items()) {
                if (item instanceof Scalar name) {
                    entries.put(name.text(), new Mapping(Map.of(), name.at(), null));
                }
            }
        }
        return new Mapping(entries, node.at(), null);
    }

    /** Options belong to a driver: those of another one are not taken over. */
    private static YamlNode logging(YamlNode base, YamlNode over, List<String> path) throws SourceException {
        if (base instanceof Mapping one && over instanceof Mapping other) {
            String driver = one.peek("driver");
            String otherDriver = other.peek("driver");
            boolean same = driver == null || otherDriver == null || driver.equals(otherDriver);
            return same ? mappings(one, other, path) : other;
        }
        return over;
    }

    /** In every service the last volume for a target stays, at the place of the first. */
    static Mapping unique(Mapping model) {
        if (!(model.get("services") instanceof Mapping services)) {
            return model;
        }
        Map<String, YamlNode> unique = new LinkedHashMap<>();
        services.entries()
                .forEach((name, value) ->
                        unique.put(name, value instanceof Mapping service ? uniqueVolumes(service) : value));
        Map<String, YamlNode> entries = new LinkedHashMap<>(model.entries());
        entries.put("services", new Mapping(unique, services.at(), null));
        return new Mapping(entries, model.at(), null);
    }

    private static Mapping uniqueVolumes(Mapping service) {
        if (!(service.get("volumes") instanceof Sequence volumes)) {
            return service;
        }
        Map<String, YamlNode> byTarget = new LinkedHashMap<>();
        volumes.items().forEach(volume -> byTarget.put(target(volume), volume));
        Map<String, YamlNode> entries = new LinkedHashMap<>(service.entries());
        entries.put("volumes", new Sequence(List.copyOf(byTarget.values()), volumes.at(), null));
        return new Mapping(entries, service.at(), null);
    }

    /** Where a volume is mounted; of the short form {@code [SOURCE:]TARGET[:OPTIONS]} the second part. */
    private static String target(YamlNode volume) {
        return switch (volume) {
            case Mapping mapping -> {
                String target = mapping.peek("target");
                yield target == null ? mapping.at().toString() : target;
            }
            case Scalar scalar -> {
                // The colon of a Windows drive divides nothing.
                List<String> parts = partsOfVolume(scalar.text());
                yield parts.size() == 1 ? parts.getFirst() : parts.get(1);
            }
            case Sequence sequence -> sequence.at().toString();
        };
    }

    private static List<String> partsOfVolume(String text) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            boolean isDrive = i == start + 1 && Character.isLetter(text.charAt(start));
            if (i == text.length() || (text.charAt(i) == ':' && !isDrive)) {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        return parts;
    }
}
