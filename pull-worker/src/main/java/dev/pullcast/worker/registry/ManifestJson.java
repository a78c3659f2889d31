// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.image.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * What is of use in a manifest or an index of OCI or Docker. Read token by token: a tree of four megabytes of brackets
 * would take a hundred in memory.
 */
final class ManifestJson {
    static final int MAX_ENTRIES = 1_000;
    /** A tebibyte: larger than any layer, and a thousand of them can be added. */
    static final long MAX_LAYER_BYTES = 1L << 40;

    private static final int MAX_PLATFORM_PART = 64;
    private static final Set<String> KNOWN_ALGORITHMS = Set.of("sha256:64", "sha512:128");

    private @Nullable List<Descriptor> layers;
    private @Nullable List<Descriptor> manifests;
    private @Nullable Descriptor config;

    private ManifestJson() {}

    /**
     * A reference to other content.
     *
     * @param digest checked: an algorithm and hexadecimal digits
     * @param size 0 to {@link #MAX_LAYER_BYTES}
     * @param platform of a manifest in an index; null without one
     */
    record Descriptor(String digest, long size, @Nullable Platform platform) {}

    /** What a document is. */
    sealed interface Content {
        /** One image. */
        record Image(Descriptor config, List<Descriptor> layers) implements Content {}

        /** Images of several platforms. */
        record Index(List<Descriptor> manifests) implements Content {}
    }

    /** Reads an image or an index; a document that could be taken for both is refused. */
    static Content read(byte[] json) throws RegistryException {
        ManifestJson read = new ManifestJson();
        try (JsonParser parser = ContractJson.mapper().createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw content("it is no JSON object");
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                read.field(parser);
            }
            if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
                throw content("it does not end where it should");
            }
        } catch (JacksonException e) { // whose message quotes what it read
            throw content("it is not JSON");
        }
        return read.content();
    }

    private void field(JsonParser parser) throws RegistryException {
        String name = parser.currentName();
        parser.nextToken();
        switch (name) {
            case "config" -> config = descriptor(parser);
            case "layers" -> layers = descriptors(parser, "layers");
            case "manifests" -> manifests = descriptors(parser, "manifests");
            default -> parser.skipChildren();
        }
    }

    private Content content() throws RegistryException {
        if (manifests != null && layers == null && config == null) {
            return new Content.Index(manifests);
        }
        if (manifests == null && layers != null && config != null) {
            return new Content.Image(config, layers);
        }
        throw content(
                manifests != null
                        ? "it could be taken for an image and for an index" // CVE-2021-41190
                        : "it has no configuration or no layers");
    }

    private static List<Descriptor> descriptors(JsonParser parser, String field) throws RegistryException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw content("its " + field + " are no list");
        }
        List<Descriptor> found = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (found.size() == MAX_ENTRIES) {
                throw new RegistryException(Refusal.TOO_LARGE, "it has more than " + MAX_ENTRIES + ' ' + field);
            }
            found.add(descriptor(parser));
        }
        return found;
    }

    private static Descriptor descriptor(JsonParser parser) throws RegistryException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw content("a descriptor is no object");
        }
        String digest = "";
        long size = -1;
        Platform platform = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals("digest") && value == JsonToken.VALUE_STRING) {
                digest = parser.getString();
            } else if (name.equals("size") && value == JsonToken.VALUE_NUMBER_INT) {
                size = parser.getLongValue();
            } else if (name.equals("platform") && value == JsonToken.START_OBJECT) {
                platform = platform(parser);
            } else {
                parser.skipChildren();
            }
        }
        if (!isDigest(digest) || size < 0 || size > MAX_LAYER_BYTES) {
            throw content("a descriptor has no digest or no size that can be");
        }
        return new Descriptor(digest, size, platform);
    }

    private static @Nullable Platform platform(JsonParser parser) {
        String os = "";
        String architecture = "";
        String variant = "";
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            if (parser.nextToken() != JsonToken.VALUE_STRING) {
                parser.skipChildren();
                continue;
            }
            switch (name) {
                case "os" -> os = parser.getString();
                case "architecture" -> architecture = parser.getString();
                case "variant" -> variant = parser.getString();
                default -> {}
            }
        }
        boolean usable = !os.isEmpty()
                && !architecture.isEmpty()
                && Math.max(Math.max(os.length(), architecture.length()), variant.length()) <= MAX_PLATFORM_PART;
        return usable
                ? new Platform(os.toLowerCase(Locale.ROOT), architecture, variant.isEmpty() ? null : variant)
                : null;
    }

    static boolean isDigest(String text) {
        int colon = text.indexOf(':');
        return colon > 0
                && KNOWN_ALGORITHMS.contains(text.substring(0, colon + 1) + (text.length() - colon - 1))
                && text.chars().skip(colon + 1L).allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }

    private static RegistryException content(String why) {
        return new RegistryException(Refusal.CONTENT, "the manifest cannot be used: " + why);
    }
}
