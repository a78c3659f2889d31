// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.containerlab;

import dev.pullcast.cli.discover.found.Findings;
import dev.pullcast.cli.discover.found.FoundImage;
import dev.pullcast.cli.discover.found.Place;
import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceException;
import dev.pullcast.cli.discover.found.SourceKind;
import dev.pullcast.cli.discover.found.WhenToPull;
import dev.pullcast.cli.discover.yaml.YamlNode;
import dev.pullcast.cli.discover.yaml.YamlNode.Mapping;
import dev.pullcast.cli.discover.yaml.YamlNode.Scalar;
import dev.pullcast.cli.discover.yaml.YamlReader;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A topology of containerlab (containerlab.dev/manual/topo-def-file, and {@code types/topology.go} for what comes
 * first): a node's image is its own, else its group's, else its kind's, else the default one.
 */
public final class TopologySource {
    /** Kinds that are something of the host, or that bring their own images. */
    private static final Set<String> WITHOUT_IMAGE =
            Set.of("bridge", "ovs-bridge", "host", "ext-container", "k8s-kind");

    private static final String IMAGE = "image";
    private static final String POLICY = "image-pull-policy";

    private final SourceKind kind;
    private final UnaryOperator<Position> position;
    private final Findings findings;
    private final Mapping topology;
    private final @Nullable Mapping defaults;

    private TopologySource(SourceKind kind, UnaryOperator<Position> position, Mapping topology, Findings findings)
            throws SourceException {
        this.kind = kind;
        this.position = position;
        this.findings = findings;
        this.topology = topology;
        this.defaults = topology.mapping("defaults");
    }

    /** Adds what the text names. @throws SourceException if it is no topology */
    public static void read(String file, String text, Map<String, String> environment, Findings findings)
            throws SourceException {
        read(SourceKind.CONTAINERLAB, file, text, environment, UnaryOperator.identity(), findings);
    }

    /**
     * The same for a topology within another file.
     *
     * @param position from this text to that file
     */
    static void read(
            SourceKind kind,
            String file,
            String text,
            Map<String, String> environment,
            UnaryOperator<Position> position,
            Findings findings)
            throws SourceException {
        try {
            YamlNode document = YamlReader.single(file, EnvSubst.replace(file, text, environment));
            Mapping topology = document instanceof Mapping mapping ? mapping.mapping("topology") : null;
            if (topology == null) {
                throw new SourceException(
                        document.at(), "a containerlab topology has the key 'topology', but this has not");
            }
            Mapping nodes = topology.mapping("nodes");
            if (nodes != null) {
                new TopologySource(kind, position, topology, findings).nodes(nodes);
            }
        } catch (SourceException e) {
            throw new SourceException(
                    position.apply(e.problem().at()), e.problem().message());
        }
    }

    private void nodes(Mapping nodes) {
        for (Map.Entry<String, YamlNode> entry : nodes.entries().entrySet()) {
            try {
                node(entry.getKey(), entry.getValue() instanceof Mapping node ? node : null, entry.getValue());
            } catch (SourceException e) {
                findings.problem(position.apply(e.problem().at()), e.problem().message());
            }
        }
    }

    private void node(String name, @Nullable Mapping node, YamlNode written) throws SourceException {
        String nodeKind = kind(node);
        if (WITHOUT_IMAGE.contains(nodeKind)) {
            return;
        }
        Scalar image = field(node, IMAGE);
        if (image == null) {
            findings.problem(
                    position.apply(written.at()),
                    "the node '" + name + "' has no image: neither itself nor its group, its kind"
                            + (nodeKind.isEmpty() ? "" : " " + nodeKind) + " or the defaults name one");
            return;
        }
        Scalar policy = field(node, POLICY);
        Place place = new Place(kind, position.apply(image.at()), "topology.nodes." + name);
        findings.add(FoundImage.at(place, image.text().strip()).pulled(policy == null ? null : when(policy)));
    }

    private @Nullable WhenToPull when(Scalar policy) {
        WhenToPull when = switch (policy.text().toLowerCase(Locale.ROOT)) {
            case "always" -> WhenToPull.ALWAYS;
            case "ifnotpresent" -> WhenToPull.IF_NOT_PRESENT;
            case "never" -> WhenToPull.NEVER;
            default -> null;
        };
        if (when == null) {
            findings.problem(
                    position.apply(policy.at()),
                    "'" + policy.text() + "' is no pull policy: it must be Always, IfNotPresent or Never");
        }
        return when;
    }

    private @Nullable Scalar field(@Nullable Mapping node, String key) throws SourceException {
        Mapping[] definitions = {node, definition("groups", group(node)), definition("kinds", kind(node)), defaults};
        for (Mapping definition : definitions) {
            Scalar value = definition == null ? null : definition.text(key);
            if (value != null && !value.text().isBlank()) {
                return value;
            }
        }
        return null;
    }

    private @Nullable Mapping definition(String key, String name) throws SourceException {
        Mapping definitions = name.isEmpty() ? null : topology.mapping(key);
        return definitions == null ? null : definitions.mapping(name);
    }

    private String kind(@Nullable Mapping node) throws SourceException {
        String own = word(node, "kind");
        if (!own.isEmpty()) {
            return own;
        }
        String ofGroup = word(definition("groups", word(node, "group")), "kind");
        if (!ofGroup.isEmpty()) {
            return ofGroup;
        }
        String ofDefaultGroup = word(definition("groups", word(defaults, "group")), "kind");
        return ofDefaultGroup.isEmpty() ? word(defaults, "kind") : ofDefaultGroup;
    }

    private String group(@Nullable Mapping node) throws SourceException {
        String own = word(node, "group");
        if (!own.isEmpty()) {
            return own;
        }
        String ofKind = node == null ? "" : word(definition("kinds", kind(node)), "group");
        return ofKind.isEmpty() ? word(defaults, "group") : ofKind;
    }

    private static String word(@Nullable Mapping definition, String key) {
        String word = definition == null ? null : definition.peek(key);
        return word == null ? "" : word;
    }
}
