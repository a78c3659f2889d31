// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.kubernetes;

import dev.pullcast.cli.discover.found.Findings;
import dev.pullcast.cli.discover.found.FoundImage;
import dev.pullcast.cli.discover.found.Place;
import dev.pullcast.cli.discover.found.SourceException;
import dev.pullcast.cli.discover.found.SourceKind;
import dev.pullcast.cli.discover.found.WhenToPull;
import dev.pullcast.cli.discover.yaml.YamlNode;
import dev.pullcast.cli.discover.yaml.YamlNode.Mapping;
import dev.pullcast.cli.discover.yaml.YamlNode.Scalar;
import dev.pullcast.cli.discover.yaml.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The images of a pod (kubernetes.io, PodSpec v1): containers of every sort, and image volumes. */
final class PodSpec {
    private static final List<String> CONTAINERS = List.of("initContainers", "containers", "ephemeralContainers");

    private PodSpec() {}

    /** Whether a mapping has containers of which one names an image. */
    static boolean isOne(Mapping mapping) {
        return CONTAINERS.stream()
                .anyMatch(key -> mapping.get(key) instanceof Sequence containers
                        && containers.items().stream()
                                .anyMatch(item ->
                                        item instanceof Mapping container && container.get("image") instanceof Scalar));
    }

    static void read(Mapping spec, String path, Findings findings) throws SourceException {
        List<String> secrets = new ArrayList<>();
        for (YamlNode secret : spec.list("imagePullSecrets")) {
            Scalar name = secret instanceof Mapping mapping ? mapping.text("name") : null;
            if (name != null && !name.text().isEmpty()) {
                secrets.add(name.text());
            }
        }
        for (String key : CONTAINERS) {
            int index = 0;
            for (YamlNode item : spec.list(key)) {
                if (item instanceof Mapping container) {
                    Scalar image = container.text("image");
                    Scalar policy = container.text("imagePullPolicy");
                    add(image, policy, secrets, path + '.' + key + '[' + index + "].image", findings);
                }
                index++;
            }
        }
        int index = 0;
        for (YamlNode item : spec.list("volumes")) {
            Mapping volume = item instanceof Mapping mapping ? mapping.mapping("image") : null;
            if (volume != null) {
                String where = path + ".volumes[" + index + "].image.reference";
                add(volume.text("reference"), volume.text("pullPolicy"), secrets, where, findings);
            }
            index++;
        }
    }

    private static void add(
            @Nullable Scalar image, @Nullable Scalar policy, List<String> secrets, String path, Findings findings) {
        if (image == null || image.text().isBlank()) {
            return;
        }
        WhenToPull when = policy == null ? null : WhenToPull.ofKubernetes(policy.text());
        if (policy != null && when == null && !policy.text().isEmpty()) {
            findings.problem(
                    policy.at(), "'" + policy.text() + "' is no pull policy: it must be Always, IfNotPresent or Never");
        }
        Place place = new Place(SourceKind.KUBERNETES, image.at(), path);
        findings.add(FoundImage.at(place, image.text().strip()).pulled(when).with(secrets));
    }
}
