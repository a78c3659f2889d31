// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.compose;

import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceException;
import dev.pullcast.cli.discover.yaml.YamlNode;
import dev.pullcast.cli.discover.yaml.YamlNode.Mapping;
import dev.pullcast.cli.discover.yaml.YamlNode.Scalar;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which services of a model are meant (compose-spec, "Profiles"; compose-go, {@code types/project.go} and
 * {@code loader/normalize.go}).
 */
final class Services {
    private static final String ALL_PROFILES = "*";
    private static final String SERVICE = "service:";
    private static final String CONTAINER = "container:";
    private static final List<String> NAMESPACES = List.of("network_mode", "ipc", "pid", "uts", "cgroup");

    private final Map<String, Mapping> all = new LinkedHashMap<>();

    /** Of a whole model. @throws SourceException if a service is no mapping */
    Services(Mapping model) throws SourceException {
        Mapping services = model.mapping("services");
        if (services == null) {
            return;
        }
        for (Map.Entry<String, YamlNode> entry : services.entries().entrySet()) {
            if (!(entry.getValue() instanceof Mapping service)) {
                throw new SourceException(
                        entry.getValue().at(),
                        "services." + entry.getKey() + " must be a mapping, but is "
                                + entry.getValue().what());
            }
            all.put(entry.getKey(), service);
        }
    }

    /** Every service, whatever its profiles. */
    Map<String, Mapping> all() {
        return all;
    }

    /**
     * Those of active profiles; with names only these and what they depend on, and naming a service makes its profiles
     * active.
     *
     * @throws SourceException if there is no such service, or one that is needed is not active
     */
    Map<String, Mapping> meant(List<String> names, List<String> profiles) throws SourceException {
        Set<String> active = new LinkedHashSet<>(profiles);
        Map<String, Mapping> enabled = enabled(active);
        for (String name : names) {
            Mapping service = all.get(name);
            if (service == null) {
                throw new SourceException(
                        Position.of(name),
                        "there is no service of this name; a path to search is written with a slash: ./" + name);
            }
            if (!enabled.containsKey(name)) {
                active.addAll(texts(service, "profiles"));
            }
        }
        Map<String, Mapping> meant = enabled(active);
        return names.isEmpty() ? meant : needed(names, meant);
    }

    private Map<String, Mapping> enabled(Set<String> profiles) throws SourceException {
        Map<String, Mapping> enabled = new LinkedHashMap<>();
        for (Map.Entry<String, Mapping> entry : all.entrySet()) {
            List<String> own = texts(entry.getValue(), "profiles");
            if (own.isEmpty() || profiles.contains(ALL_PROFILES) || own.stream().anyMatch(profiles::contains)) {
                enabled.put(entry.getKey(), entry.getValue());
            }
        }
        return enabled;
    }

    private static Map<String, Mapping> needed(List<String> names, Map<String, Mapping> enabled)
            throws SourceException {
        Set<String> reached = new LinkedHashSet<>(names);
        Deque<String> next = new ArrayDeque<>(names);
        while (!next.isEmpty()) {
            Mapping service = enabled.get(next.removeFirst());
            if (service != null) {
                for (String name : dependencies(service).keySet()) {
                    if (reached.add(name)) {
                        next.add(name);
                    }
                }
            }
        }
        Map<String, Mapping> needed = new LinkedHashMap<>(enabled);
        needed.keySet().retainAll(reached);
        return needed;
    }

    /** Everything a service waits for by name, and whether it must be there. */
    static Map<String, Boolean> dependencies(Mapping service) throws SourceException {
        Map<String, Boolean> dependencies = new LinkedHashMap<>();
        YamlNode dependsOn = service.get("depends_on");
        if (dependsOn != null) {
            Merge.byName(dependsOn)
                    .entries()
                    .forEach((name, how) -> dependencies.put(
                            name, !(how instanceof Mapping options && "false".equals(options.peek("required")))));
        }
        for (String link : texts(service, "links")) {
            dependencies.putIfAbsent(link.split(":", 2)[0], true);
        }
        for (String namespace : NAMESPACES) {
            String mode = service.peek(namespace);
            if (mode != null && mode.startsWith(SERVICE)) {
                dependencies.putIfAbsent(mode.substring(SERVICE.length()), true);
            }
        }
        for (String from : texts(service, "volumes_from")) {
            if (!from.startsWith(CONTAINER)) {
                dependencies.putIfAbsent(from.split(":", 2)[0], true);
            }
        }
        return dependencies;
    }

    private static List<String> texts(Mapping service, String key) throws SourceException {
        List<String> texts = new ArrayList<>();
        for (YamlNode item : service.list(key)) {
            if (item instanceof Scalar scalar) {
                texts.add(scalar.text());
            }
        }
        return texts;
    }
}
