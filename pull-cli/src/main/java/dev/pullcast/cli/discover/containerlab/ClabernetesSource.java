// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.containerlab;

import dev.pullcast.cli.discover.found.Findings;
import dev.pullcast.cli.discover.found.JobWishes;
import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceException;
import dev.pullcast.cli.discover.found.SourceKind;
import dev.pullcast.cli.discover.yaml.YamlNode;
import dev.pullcast.cli.discover.yaml.YamlNode.Mapping;
import dev.pullcast.cli.discover.yaml.YamlNode.Scalar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A {@code Topology} of Clabernetes (github.com/srl-labs/clabernetes, {@code apis/v1alpha1}): the containerlab topology
 * in its definition, and what {@code spec.imagePull} says about pulling.
 */
public final class ClabernetesSource {
    private static final String GROUP = "clabernetes.containerlab.dev/";

    private ClabernetesSource() {}

    /** Whether a manifest is one. */
    public static boolean isTopology(Mapping object) {
        String version = object.peek("apiVersion");
        return version != null && version.startsWith(GROUP) && "Topology".equals(object.peek("kind"));
    }

    /** Adds what the resource names and wishes. @throws SourceException if a part is not what it must be */
    public static void read(Mapping object, Findings findings) throws SourceException {
        Mapping spec = object.mapping("spec");
        Mapping definition = spec == null ? null : spec.mapping("definition");
        if (spec == null || definition == null) {
            throw new SourceException(object.at(), "the Topology has no spec.definition");
        }
        Scalar topology = definition.text("containerlab");
        if (topology == null) {
            throw new SourceException(
                    definition.at(),
                    "only definitions of containerlab can be read, but this has "
                            + String.join(", ", definition.entries().keySet()));
        }
        Mapping imagePull = spec.mapping("imagePull");
        if (imagePull != null) {
            findings.wish(wishes(imagePull, findings));
            Scalar daemon = imagePull.text("dockerDaemonConfig");
            if (daemon != null && !daemon.text().isEmpty()) {
                findings.problem(
                        daemon.at(),
                        "imagePull.dockerDaemonConfig cannot be honoured: a pull cannot change an engine's settings");
            }
        }
        int firstLine = topology.at().line();
        TopologySource.read(
                SourceKind.CLABERNETES,
                topology.at().file(),
                topology.text(),
                // The definition is replaced in the cluster, whose environment is not this one: only defaults hold.
                Map.of(),
                inner -> new Position(inner.file(), firstLine + inner.line(), 0),
                findings);
    }

    private static JobWishes wishes(Mapping imagePull, Findings findings) throws SourceException {
        Scalar pullThrough = imagePull.text("pullThroughOverride");
        if (pullThrough != null && !List.of("auto", "always", "never").contains(pullThrough.text())) {
            findings.problem(
                    pullThrough.at(),
                    "pullThroughOverride must be auto, always or never, but is '" + pullThrough.text() + "'");
            pullThrough = null;
        }
        Scalar dockerConfig = imagePull.text("dockerConfig");
        return new JobWishes(
                pullThrough == null ? null : pullThrough.text(),
                texts(imagePull, "pullSecrets"),
                texts(imagePull, "insecureRegistries"),
                dockerConfig == null ? null : dockerConfig.text());
    }

    private static List<String> texts(Mapping mapping, String key) throws SourceException {
        List<String> texts = new ArrayList<>();
        for (YamlNode item : mapping.list(key)) {
            texts.add(item.asText("each of " + key).text());
        }
        return texts;
    }
}
