// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.documents;

import com.networknt.schema.Error;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The published files as tests see them: from the class path, as users get them in the jar. */
final class Documents {
    static final String FOLDER = "/dev/pullcast/schemas/";
    private static final String BASE = "https://pullcast.dev/schemas/";
    private static final ObjectMapper JSON = JsonMapper.shared();
    private static final ObjectMapper YAML = YAMLMapper.shared();
    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder -> builder.schemaIdResolvers(ids -> ids.mapPrefix(BASE, "classpath:dev/pullcast/schemas/"))
                    .schemaRegistryConfig(SchemaRegistryConfig.builder()
                            .formatAssertionsEnabled(true)
                            .build()));

    private Documents() {}

    /** A file, JSON or YAML by its name. */
    static JsonNode read(String file) {
        try (InputStream in = Documents.class.getResourceAsStream(FOLDER + file)) {
            return (file.endsWith(".yaml") ? YAML : JSON).readTree(Objects.requireNonNull(in, file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names of the files of a folder below {@link #FOLDER}; empty for that itself. */
    static List<String> list(String folder) {
        try (Stream<Path> files =
                Files.list(Path.of(Objects.requireNonNull(Documents.class.getResource(FOLDER + folder))
                        .toURI()))) {
            return files.filter(Files::isRegularFile)
                    .map(f -> f.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a schema says against a value; {@code job.schema.json#/$defs/PullJob}. */
    static List<Error> validate(String schema, JsonNode value) {
        return SCHEMAS.getSchema(SchemaLocation.of(BASE + schema)).validate(value);
    }

    /** What a reference in a file points to, or a missing node. */
    static JsonNode resolve(String file, String reference) {
        int hash = reference.indexOf('#');
        String target = hash == 0 ? file : hash < 0 ? reference : reference.substring(0, hash);
        if (Documents.class.getResource(FOLDER + target) == null) {
            return JSON.missingNode();
        }
        return read(target).at(JsonPointer.compile(hash < 0 ? "" : reference.substring(hash + 1)));
    }

    /** The names of all properties of a schema, with those of the schemas it includes. */
    static Set<String> properties(String file, String reference) {
        String home = reference.startsWith("#") ? file : reference.replaceAll("#.*", "");
        JsonNode schema = resolve(file, reference);
        Set<String> names = new TreeSet<>(schema.path("properties").propertyNames());
        for (JsonNode included : schema.path("allOf")) {
            if (included.has("$ref")) {
                names.addAll(properties(home, included.get("$ref").stringValue()));
            }
        }
        return names;
    }
}
