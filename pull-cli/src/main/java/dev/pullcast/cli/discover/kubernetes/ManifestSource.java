// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.kubernetes;

import dev.pullcast.cli.discover.containerlab.ClabernetesSource;
import dev.pullcast.cli.discover.found.Findings;
import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceException;
import dev.pullcast.cli.discover.yaml.YamlNode;
import dev.pullcast.cli.discover.yaml.YamlNode.Mapping;
import dev.pullcast.cli.discover.yaml.YamlNode.Scalar;
import dev.pullcast.cli.discover.yaml.YamlNode.ScalarType;
import dev.pullcast.cli.discover.yaml.YamlNode.Sequence;
import dev.pullcast.cli.discover.yaml.YamlReader;
import dev.pullcast.contract.text.VisibleText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A stream of manifests, YAML or JSON, as {@code kubectl get -o yaml} and {@code helm template} write it. One object
 * that is wrong does not stop the others.
 */
public final class ManifestSource {
    /** Where Kubernetes' own kinds keep their pod. */
    private static final Map<String, String> POD_SPECS = Map.of(
            "Pod", "spec",
            "PodTemplate", "template.spec",
            "Deployment", "spec.template.spec",
            "StatefulSet", "spec.template.spec",
            "DaemonSet", "spec.template.spec",
            "ReplicaSet", "spec.template.spec",
            "ReplicationController", "spec.template.spec",
            "Job", "spec.template.spec",
            "CronJob", "spec.jobTemplate.spec.template.spec");

    private static final int MAX_SHOWN = 100;
    private static final String LIST = "List";
    private static final String CRD = "CustomResourceDefinition";

    private final Findings findings;

    private ManifestSource(Findings findings) {
        this.findings = findings;
    }

    /** Adds what the manifests name. @throws SourceException if it is too long */
    public static void read(String file, String text, Findings findings) throws SourceException {
        if (text.length() > YamlReader.LARGEST_TEXT) {
            throw new SourceException(
                    Position.of(file),
                    "longer than " + YamlReader.LARGEST_TEXT / (1024 * 1024) + " million characters");
        }
        ManifestSource source = new ManifestSource(findings);
        boolean any = false;
        List<ManifestParts.Part> parts = ManifestParts.of(text);
        for (ManifestParts.Part part : parts) {
            boolean mayBeProse = part.equals(parts.getFirst()) && parts.size() > 1;
            any |= source.part(file, part, mayBeProse);
        }
        if (!any) {
            findings.note(Position.of(file), "there is no manifest in it");
        }
    }

    /** Whether there is anything in it. What is wrong with one part does not stop the next. */
    private boolean part(String file, ManifestParts.Part part, boolean mayBeProse) {
        HelmLines.Rest rest = HelmLines.without(part.text());
        if (!rest.skipped().isEmpty()) {
            findings.note(
                    new Position(file, part.line() + 1, 0),
                    "lines of Helm that are no manifest are skipped: " + rest.skipped());
        }
        boolean any = false;
        try {
            YamlReader reader = new YamlReader(file, rest.yaml(), part.line(), part.column());
            for (YamlNode document = reader.next(); document != null; document = reader.next()) {
                any = true;
                if (mayBeProse && document instanceof Scalar) {
                    noteProse(file, part);
                } else {
                    object(document);
                }
            }
        } catch (SourceException e) {
            if (mayBeProse && !rest.yaml().contains("kind") && !rest.yaml().contains("apiVersion")) {
                noteProse(file, part);
                return true;
            }
            findings.problem(e);
            return true;
        }
        return any;
    }

    private void noteProse(String file, ManifestParts.Part part) {
        findings.note(
                new Position(file, part.line() + 1, 0),
                "what stands before the first manifest is none and is skipped: "
                        + VisibleText.cut(VisibleText.oneLine(part.text()), MAX_SHOWN));
    }

    /** Items of a typed list need not say what they are: a {@code PodList} has pods. */
    private static YamlNode itemOf(Mapping list, YamlNode item) {
        String kind = String.valueOf(list.peek("kind"));
        String ofItems = kind.substring(0, kind.length() - LIST.length());
        if (ofItems.isEmpty() || !(item instanceof Mapping mapping) || mapping.peek("kind") != null) {
            return item;
        }
        Map<String, YamlNode> entries = new LinkedHashMap<>(mapping.entries());
        entries.put("kind", new Scalar(ofItems, ScalarType.TEXT, item.at(), null));
        YamlNode version = list.get("apiVersion");
        if (mapping.peek("apiVersion") == null && version != null) {
            entries.put("apiVersion", version);
        }
        return new Mapping(entries, item.at(), null);
    }

    private void object(YamlNode node) {
        try {
            if (!(node instanceof Mapping object) || object.peek("kind") == null) {
                throw new SourceException(
                        node.at(), "a manifest must be a mapping with apiVersion and kind, but this is not");
            }
            String kind = String.valueOf(object.peek("kind"));
            String version = String.valueOf(object.peek("apiVersion"));
            if (object.get("items") instanceof Sequence items && kind.endsWith(LIST)) {
                items.items().forEach(item -> object(itemOf(object, item)));
            } else if (ClabernetesSource.isTopology(object)) {
                ClabernetesSource.read(object, findings);
            } else if (POD_SPECS.containsKey(kind) && isKubernetes(version)) {
                known(object, String.valueOf(POD_SPECS.get(kind)));
            } else if (!kind.equals(CRD)) {
                custom(object, "");
            }
        } catch (SourceException e) {
            findings.problem(e);
        }
    }

    private static boolean isKubernetes(String version) {
        return version.equals("v1")
                || version.startsWith("apps/")
                || version.startsWith("batch/")
                || version.startsWith("extensions/");
    }

    private void known(Mapping object, String path) throws SourceException {
        Mapping spec = object;
        for (String key : path.split("\\.", -1)) {
            spec = spec.mapping(key);
            if (spec == null) {
                return;
            }
        }
        PodSpec.read(spec, path, findings);
    }

    /**
     * In custom resources a pod is known by what makes it one: a list of containers of which one has an image. That is
     * found at any depth, so {@code spec.template.spec}, {@code spec.podTemplate.spec}, {@code spec.workerGroups[…]} and
     * their like need no list of their own.
     */
    private void custom(YamlNode node, String path) throws SourceException {
        switch (node) {
            case Mapping mapping -> {
                if (PodSpec.isOne(mapping)) {
                    PodSpec.read(mapping, path, findings);
                    return;
                }
                for (Map.Entry<String, YamlNode> entry : mapping.entries().entrySet()) {
                    custom(entry.getValue(), path.isEmpty() ? entry.getKey() : path + '.' + entry.getKey());
                }
            }
            case Sequence sequence -> {
                int index = 0;
                for (YamlNode item : sequence.items()) {
                    custom(item, path + '[' + index++ + ']');
                }
            }
            case Scalar _ -> {
                // Text that happens to be YAML is not looked into.
            }
        }
    }
}
