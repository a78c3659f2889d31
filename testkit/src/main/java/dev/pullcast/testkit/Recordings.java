// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** Loads what real engines said; see {@code recordings/README.md} among the resources. */
public final class Recordings {
    private static final String FOLDER = "/recordings/";
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private Recordings() {}

    /** All names, sorted. */
    public static List<String> names() {
        return new String(read("names.txt"), StandardCharsets.UTF_8).lines().toList();
    }

    /** All of them, sorted by name. */
    public static List<Recording> all() {
        return names().stream().map(Recordings::load).toList();
    }

    /** One by its name. @throws IllegalArgumentException if there is none of that name */
    public static Recording load(String name) {
        byte[] body = read(name + ".ndjson");
        JsonNode meta = JSON.readTree(read(name + ".meta.json"));
        String[] statusLine = meta.get("statusLine").asString().split(" ", 3);
        Map<String, String> headers = new LinkedHashMap<>();
        meta.get("headers")
                .properties()
                .forEach(h -> headers.put(h.getKey(), h.getValue().asString()));
        return new Recording(
                name,
                meta.get("request").asString(),
                Integer.parseInt(statusLine[1]),
                statusLine[2],
                headers,
                Bytes.of(body),
                chunks(meta, body),
                meta.get("terminatedByZeroChunk").asBoolean());
    }

    private static List<Recording.Chunk> chunks(JsonNode meta, byte[] body) {
        List<Recording.Chunk> chunks = new ArrayList<>();
        JsonNode recorded = meta.get("chunks_t_bytes_newlines");
        if (recorded != null) {
            for (JsonNode chunk : recorded) {
                chunks.add(new Recording.Chunk(
                        ofSeconds(chunk.get(0).asDouble()), chunk.get(1).asInt()));
            }
        } else if (meta.get("chunkCount").asInt() > 0) {
            // Derived recordings have no times of their own: a chunk for each line, evenly spread.
            double first = meta.get("firstByteSec").asDouble();
            double step = (meta.get("totalSec").asDouble() - first)
                    / meta.get("lines").asInt();
            int from = 0;
            for (int i = 0; i < body.length; i++) {
                if (body[i] == '\n') {
                    chunks.add(new Recording.Chunk(ofSeconds(first + step * chunks.size()), i + 1 - from));
                    from = i + 1;
                }
            }
        }
        return List.copyOf(chunks);
    }

    private static Duration ofSeconds(double seconds) {
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }

    private static byte[] read(String file) {
        try (InputStream in = Recordings.class.getResourceAsStream(FOLDER + file)) {
            if (in == null) {
                throw new IllegalArgumentException("no recording has a file " + file);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
