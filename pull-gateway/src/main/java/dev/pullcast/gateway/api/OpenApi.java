// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The published OpenAPI document, as the gateway holds itself and its clients to it: which parameters an operation has
 * and what they and a body may be. Safe from any thread.
 */
final class OpenApi {
    private static final String FOLDER = "dev/pullcast/schemas/";
    private static final String BASE = "https://pullcast.dev/schemas/";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Map<String, Operation> operations;

    private OpenApi(Map<String, Operation> operations) {
        this.operations = operations;
    }

    /** One of query, header, path. */
    private record Parameter(String name, String in, boolean required, String type, String meaning, Schema schema) {}

    private record Operation(List<Parameter> parameters, Optional<Schema> body) {}

    /** Made once: reading YAML and schemas takes a moment. */
    private static final class Loaded {
        static final OpenApi DOCUMENT = new OpenApi(readAll());
    }

    /** The document. The first call blocks. */
    static OpenApi document() {
        return Loaded.DOCUMENT;
    }

    private static Map<String, Operation> readAll() {
        JsonNode document;
        try (InputStream in = OpenApi.class.getClassLoader().getResourceAsStream(FOLDER + "openapi.yaml")) {
            document = YAMLMapper.shared().readTree(in);
        } catch (IOException e) {
            throw new IllegalStateException("the jar lacks its OpenAPI document", e);
        }
        SchemaRegistry schemas = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                builder -> builder.schemaIdResolvers(ids -> ids.mapPrefix(BASE, "classpath:" + FOLDER)));
        Reader reader = new Reader(document, schemas, new AtomicInteger());
        Map<String, Operation> all = new LinkedHashMap<>();
        document.get("paths")
                .forEachEntry((path, item) -> item.forEachEntry((method, operation) -> {
                    if (!method.equals("parameters")) {
                        all.put(method + ' ' + path.replaceAll("\\{(\\w+)}", ":$1"), reader.operation(item, operation));
                    }
                }));
        return all;
    }

    private record Reader(JsonNode document, SchemaRegistry schemas, AtomicInteger read) {
        Operation operation(JsonNode item, JsonNode operation) {
            List<Parameter> parameters = new ArrayList<>();
            for (JsonNode source : List.of(item, operation)) {
                for (JsonNode given : source.path("parameters")) {
                    parameters.add(parameter(resolved(given)));
                }
            }
            JsonNode body = operation.at("/requestBody/content/application~1json/schema");
            return new Operation(
                    List.copyOf(parameters), body.isMissingNode() ? Optional.empty() : Optional.of(schema(body)));
        }

        private Parameter parameter(JsonNode given) {
            JsonNode schema = given.get("schema");
            return new Parameter(
                    given.get("name").stringValue(),
                    given.get("in").stringValue(),
                    given.path("required").asBoolean(false),
                    schema.path("type").asString("string"),
                    given.path("description").asString(""),
                    schema(schema));
        }

        private JsonNode resolved(JsonNode node) {
            return node.has("$ref") ? document.at(node.get("$ref").stringValue().substring(1)) : node;
        }

        private Schema schema(JsonNode node) {
            // Each has a name of its own, or the registry may take one for another; references are relative to all.
            return schemas.getSchema(SchemaLocation.of(BASE + "openapi.yaml?" + read.incrementAndGet()), node);
        }
    }

    /**
     * What is wrong with a request's parameters; empty if nothing is. Each sentence names the parameter first.
     *
     * @param operation method in lower case and path as routers write it, {@code get /v1/pulls/:id}
     */
    List<String> problems(String operation, RoutingContext request) {
        Operation known = operations.get(operation);
        return known == null ? List.of() : problems(known, request);
    }

    /**
     * What is wrong with a body, in the same manner; never repeats what stands in it.
     *
     * @param operation as above; it must have one
     */
    List<String> bodyProblems(String operation, JsonNode body) {
        Operation known = operations.get(operation);
        List<String> reasons = new ArrayList<>();
        if (known != null) {
            known.body().ifPresent(schema -> {
                for (Error error : schema.validate(body)) {
                    String where = error.getInstanceLocation().toString().replaceFirst("^[/$]+\\.?", "");
                    String property = error.getProperty();
                    String field = property == null ? where : where.isEmpty() ? property : where + '.' + property;
                    reasons.add((field.isEmpty() ? "value" : field.replace('/', '.')) + ": " + error.getMessage());
                }
            });
        }
        return reasons;
    }

    private static List<String> problems(Operation operation, RoutingContext request) {
        List<String> reasons = new ArrayList<>();
        MultiMap query = request.queryParams();
        List<String> names = operation.parameters().stream()
                .filter(p -> p.in().equals("query"))
                .map(Parameter::name)
                .sorted()
                .toList();
        for (String name : query.names()) {
            if (!names.contains(name)) {
                reasons.add(name + ": is not a parameter; "
                        + (names.isEmpty() ? "there are none here" : "known are " + String.join(", ", names)));
            }
        }
        for (Parameter parameter : operation.parameters()) {
            List<String> given = switch (parameter.in()) {
                case "query" -> query.getAll(parameter.name());
                case "header" -> request.request().headers().getAll(parameter.name());
                default -> List.of(String.valueOf(request.pathParam(parameter.name())));
            };
            check(parameter, given, reasons);
        }
        return reasons;
    }

    private static void check(Parameter parameter, List<String> given, List<String> reasons) {
        if (given.isEmpty()) {
            if (parameter.required()) {
                reasons.add(parameter.name() + ": is missing. " + parameter.meaning());
            }
            return;
        }
        if (given.size() > 1
                && parameter.in().equals("query")
                && !parameter.type().equals("array")) {
            reasons.add(parameter.name() + ": may be given once");
            return;
        }
        for (Error error : parameter.schema().validate(node(parameter, given))) {
            // A pattern tells people nothing; what the parameter is for does.
            reasons.add(parameter.name() + ": "
                    + (error.getKeyword().equals("pattern")
                            ? "has a wrong form. " + parameter.meaning()
                            : error.getMessage()));
            return;
        }
    }

    private static JsonNode node(Parameter parameter, List<String> given) {
        switch (parameter.type()) {
            case "array" -> {
                ArrayNode values = NODES.arrayNode();
                given.forEach(text -> List.of(text.split(",", -1)).forEach(values::add));
                return values;
            }
            case "integer" -> {
                try {
                    return NODES.numberNode(Long.parseLong(given.getFirst()));
                } catch (NumberFormatException e) {
                    return NODES.stringNode(given.getFirst());
                }
            }
            default -> {
                return NODES.stringNode(given.getFirst());
            }
        }
    }
}
