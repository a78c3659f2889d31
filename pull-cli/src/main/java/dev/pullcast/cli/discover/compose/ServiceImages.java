// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.compose;

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
import dev.pullcast.contract.image.ImageReference;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The images of one service: its own, those of its {@code pre_start} hooks and of its volumes of {@code type: image}.
 * A volume of that type whose source is a service's name means that service's image.
 *
 * @param projectName for names that compose makes up
 * @param includeBuilt whether these are wanted
 * @param services the names of all services
 * @param builtImages canonical names of the images that any service builds
 */
record ServiceImages(
        String projectName, boolean includeBuilt, Set<String> services, Set<String> builtImages, Findings findings) {

    /** Of all services, whether they are wanted or not: what any of them builds is no image to pull for another. */
    static ServiceImages of(
            String projectName, boolean includeBuilt, Map<String, Mapping> services, Findings findings) {
        Set<String> built = new HashSet<>();
        services.forEach((name, service) -> {
            if (service.get("build") != null) {
                String image = service.peek("image");
                built.add(canonical(image == null || image.isBlank() ? projectName + '-' + name : image));
            }
        });
        return new ServiceImages(projectName, includeBuilt, services.keySet(), built, findings);
    }

    private static String canonical(String image) {
        try {
            return ImageReference.parse(image.strip()).canonical();
        } catch (ImageReference.InvalidReference e) {
            return image;
        }
    }

    /** Adds them. @throws SourceException if an image is no text */
    void add(String name, Mapping service) throws SourceException {
        String path = "services." + name;
        Scalar image = service.text("image");
        Scalar platform = service.text("platform");
        String on = platform == null || platform.text().isBlank() ? null : platform.text();
        boolean builds = service.get("build") != null;
        if (image != null && !image.text().isBlank()) {
            FoundImage found = FoundImage.at(place(image.at(), path + ".image"), image.text())
                    .on(on)
                    .pulled(policy(service));
            boolean isBuilt = builds || builtImages.contains(canonical(image.text())) || isBuildPolicy(service);
            findings.add(isBuilt ? found.asBuilt() : found);
        } else if (builds && includeBuilt) {
            String invented = projectName + '-' + name;
            findings.add(FoundImage.at(place(service.at(), path + ".build"), invented)
                    .on(on)
                    .asBuilt());
        }
        int index = 0;
        for (YamlNode hook : service.list("pre_start")) {
            addPart(hook, "image", path + ".pre_start[" + index++ + "].image");
        }
        index = 0;
        for (YamlNode volume : service.list("volumes")) {
            boolean isImage = volume instanceof Mapping mapping && "image".equals(mapping.peek("type"));
            if (isImage) {
                addPart(volume, "source", path + ".volumes[" + index + "].source");
            }
            index++;
        }
    }

    private void addPart(YamlNode part, String key, String path) throws SourceException {
        Scalar image = part instanceof Mapping mapping ? mapping.text(key) : null;
        boolean isService = image != null && key.equals("source") && services.contains(image.text());
        if (image != null && !image.text().isBlank() && !isService) {
            FoundImage found = FoundImage.at(place(image.at(), path), image.text());
            findings.add(builtImages.contains(canonical(image.text())) ? found.asBuilt() : found);
        }
    }

    private static boolean isBuildPolicy(Mapping service) {
        return "build".equals(service.peek("pull_policy"));
    }

    private static Place place(Position at, String path) {
        return new Place(SourceKind.COMPOSE, at, path);
    }

    /** {@code daily} and its kin ask the registry from time to time: a pull made for them is such a time. */
    private @Nullable WhenToPull policy(Mapping service) throws SourceException {
        Scalar policy = service.text("pull_policy");
        if (policy == null) {
            return null;
        }
        String word = policy.text();
        return switch (word) {
            case "always", "daily", "weekly", "refresh" -> WhenToPull.ALWAYS;
            case "missing", "if_not_present" -> WhenToPull.IF_NOT_PRESENT;
            case "never", "build" -> WhenToPull.NEVER;
            case "" -> null;
            default -> {
                if (word.startsWith("every_")) {
                    yield WhenToPull.ALWAYS;
                }
                findings.problem(
                        policy.at(),
                        "'" + word + "' is no pull_policy: it must be always, never, missing, if_not_present, build,"
                                + " daily, weekly, refresh or every_…");
                yield null;
            }
        };
    }
}
