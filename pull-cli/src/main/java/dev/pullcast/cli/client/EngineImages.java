// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.image.ImageReference.InvalidReference;
import dev.pullcast.contract.text.VisibleText;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Every image that an engine has, as one {@code GET /images/json} tells (Docker Engine API, ImageList). Asks no registry.
 * A value; any thread.
 */
public final class EngineImages {
    private static final int ANSWER_TIMEOUT_MILLIS = 30_000;
    private static final int LONGEST_MESSAGE = 16 * 1024;

    private final Map<String, Image> byTag = new HashMap<>();
    private final Map<String, Image> byDigest = new HashMap<>();

    /**
     * An image that is there.
     *
     * @param id the engine's own
     * @param tags canonical references with a tag
     * @param digests {@code name@digest}, canonical
     * @param bytes unpacked, as the engine says
     */
    public record Image(String id, List<String> tags, List<String> digests, long bytes) {
        /** The digest under which it came from the reference's repository; null if it did not. */
        public @Nullable String digestOf(ImageReference reference) {
            String pinned = reference.digest();
            String prefix = reference.name() + '@';
            if (pinned != null && digests.contains(prefix + pinned)) {
                return pinned;
            }
            return digests.stream()
                    .filter(digest -> digest.startsWith(prefix))
                    .map(digest -> digest.substring(prefix.length()))
                    .findFirst()
                    .orElse(null);
        }
    }

    private EngineImages(List<Image> images) {
        for (Image image : images) {
            image.tags().forEach(tag -> byTag.put(tag, image));
            image.digests().forEach(digest -> byDigest.put(digest, image));
        }
    }

    /**
     * Asks an engine, or whatever speaks its API. The path has no version, which every engine serves as its newest.
     *
     * @throws IOException if it cannot be reached, or answers with something else
     */
    public static EngineImages read(Origin origin) throws IOException {
        var request = new HttpExchange.Request("GET", "/images/json", Map.of(), null, ANSWER_TIMEOUT_MILLIS);
        try (HttpExchange exchange = HttpExchange.send(origin, request)) {
            if (exchange.status() != 200) {
                throw new NotAllowed(words(exchange));
            }
            return new EngineImages(parse(exchange.body()));
        } catch (JacksonException e) {
            throw new IOException("the answer is not a list of images: " + e.getOriginalMessage(), e);
        }
    }

    /** The engine, or a proxy before it, answered with something else than the list. The message has no page. */
    public static final class NotAllowed extends IOException {
        private static final long serialVersionUID = 1L;

        NotAllowed(String message) {
            super(message);
        }
    }

    private static String words(HttpExchange exchange) throws IOException {
        String status = "HTTP status " + exchange.status();
        try {
            String message = ContractJson.mapper()
                    .readTree(exchange.text(LONGEST_MESSAGE))
                    .path("message")
                    .asString("");
            return message.isEmpty() ? status : status + ": " + VisibleText.oneLine(message);
        } catch (JacksonException e) {
            return status; // a page, or a proxy's own words
        }
    }

    /**
     * The image that a reference means on this engine: with a digest that very one, under its tag too if it names one.
     *
     * @return empty if a pull would have something to do
     */
    public Optional<Image> find(ImageReference reference) {
        if (reference.digest() == null) {
            return Optional.ofNullable(byTag.get(reference.canonical()));
        }
        return Optional.ofNullable(byDigest.get(reference.name() + '@' + reference.digest()))
                .filter(image ->
                        reference.tag() == null || image.tags().contains(reference.name() + ':' + reference.tag()));
    }

    private static List<Image> parse(InputStream body) {
        List<Image> images = new ArrayList<>();
        try (JsonParser json = JsonFactory.builder().build().createParser(ObjectReadContext.empty(), body)) {
            if (json.nextToken() != JsonToken.START_ARRAY) {
                throw new tools.jackson.core.exc.StreamReadException(json, "an array was expected");
            }
            while (json.nextToken() == JsonToken.START_OBJECT) {
                images.add(image(json));
            }
        }
        return images;
    }

    private static Image image(JsonParser json) {
        String id = "";
        List<String> tags = List.of();
        List<String> digests = List.of();
        long bytes = 0;
        for (String field = json.nextName(); field != null; field = json.nextName()) {
            JsonToken value = json.nextToken();
            switch (field) {
                case "Id" -> id = value == JsonToken.VALUE_STRING ? json.getString() : "";
                case "RepoTags" -> tags = names(json, value);
                case "RepoDigests" -> digests = names(json, value);
                case "Size" -> bytes = value == JsonToken.VALUE_NUMBER_INT ? json.getLongValue() : 0;
                default -> json.skipChildren();
            }
        }
        return new Image(id, tags, digests, bytes);
    }

    /** Canonical; engines write {@code <none>:<none>} for what has no name, or null for the whole list. */
    private static List<String> names(JsonParser json, JsonToken first) {
        List<String> names = new ArrayList<>();
        if (first == JsonToken.START_ARRAY) {
            while (json.nextToken() == JsonToken.VALUE_STRING) {
                try {
                    names.add(ImageReference.parse(json.getString()).canonical());
                } catch (InvalidReference e) {
                    // no name that anybody could ask for
                }
            }
        }
        return names;
    }
}
