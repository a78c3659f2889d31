// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.client.EngineImages;
import dev.pullcast.cli.discover.found.Found;
import dev.pullcast.cli.discover.found.FoundImage;
import dev.pullcast.cli.discover.found.Place;
import dev.pullcast.cli.discover.found.WhenToPull;
import dev.pullcast.cli.render.Text;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.text.VisibleText;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Images that were found, as JSON or, with what an engine has of them, as a table. */
final class ImageReport {
    private ImageReport() {}

    /**
     * One array, an image on each line of it.
     *
     * @param present what the engine has; null if it was not asked
     */
    static void json(Found found, @Nullable EngineImages present, PrintWriter out) {
        JsonFactory factory = JsonFactory.builder().build();
        String separator = "[";
        for (FoundImage image : found.images()) {
            StringWriter line = new StringWriter();
            try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), line)) {
                write(image, present, json);
            }
            out.println(separator + VisibleText.escapedJson(line.toString()));
            separator = ",";
        }
        out.println(found.images().isEmpty() ? "[]" : "]");
    }

    private static void write(FoundImage image, @Nullable EngineImages present, JsonGenerator json) {
        json.writeStartObject();
        json.writeStringProperty("image", image.image());
        ImageReference reference = null;
        try {
            reference = ImageReference.parse(image.image());
            json.writeStringProperty("reference", reference.canonical());
        } catch (ImageReference.InvalidReference e) {
            json.writeStringProperty("invalid", e.getMessage());
        }
        optional(json, "platform", image.platform());
        optional(json, "pullPolicy", image.policy() == null ? null : word(image.policy()));
        if (!image.pullSecrets().isEmpty()) {
            json.writeArrayPropertyStart("pullSecrets");
            image.pullSecrets().forEach(json::writeString);
            json.writeEndArray();
        }
        if (image.built()) {
            json.writeBooleanProperty("built", true);
        }
        if (present != null) {
            Optional<EngineImages.Image> there = find(reference, present);
            json.writeBooleanProperty("present", there.isPresent());
            if (there.isPresent() && reference != null) {
                json.writeNumberProperty("size", there.get().bytes());
                optional(json, "digest", there.get().digestOf(reference));
            }
        }
        json.writeArrayPropertyStart("found");
        image.places().forEach(place -> write(place, json));
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(Place place, JsonGenerator json) {
        json.writeStartObject();
        json.writeStringProperty("kind", place.kind().word());
        json.writeStringProperty("file", place.at().file());
        if (place.at().line() > 0) {
            json.writeNumberProperty("line", place.at().line());
        }
        if (place.at().column() > 0) {
            json.writeNumberProperty("column", place.at().column());
        }
        if (!place.path().isEmpty()) {
            json.writeStringProperty("path", place.path());
        }
        json.writeEndObject();
    }

    private static void optional(JsonGenerator json, String name, @Nullable String value) {
        if (value != null) {
            json.writeStringProperty(name, value);
        }
    }

    private static String word(WhenToPull policy) {
        return switch (policy) {
            case ALWAYS -> "Always";
            case IF_NOT_PRESENT -> "IfNotPresent";
            case NEVER -> "Never";
        };
    }

    private static Optional<EngineImages.Image> find(@Nullable ImageReference reference, EngineImages present) {
        return reference == null ? Optional.empty() : present.find(reference);
    }

    /** A line for each image: whether it is there, its size, the digest, its name. */
    static void table(Found found, EngineImages present, PrintWriter out) {
        for (String name : found.names()) {
            ImageReference reference = null;
            try {
                reference = ImageReference.parse(name);
            } catch (ImageReference.InvalidReference e) {
                // It is not there, then.
            }
            Optional<EngineImages.Image> there = find(reference, present);
            String digest = there.isPresent() && reference != null ? there.get().digestOf(reference) : null;
            out.printf(
                    "%-7s  %8s  %-19s  %s%n",
                    there.isPresent() ? "present" : "missing",
                    there.map(image -> Text.bytes(image.bytes())).orElse("-"),
                    digest == null ? "-" : digest.substring(0, Math.min(19, digest.length())),
                    VisibleText.masked(name, '?'));
        }
    }
}
