// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.gateway.security.Principal;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** What all routes have in common: negotiation and JSON answers. */
final class Requests {
    static final String JSON = "application/json";

    private Requests() {}

    static void json(RoutingContext context, int status, Object body) {
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, JSON)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        Exchange.end(context, Buffer.buffer(ContractJson.write(body)));
    }

    /** Answers 406 and returns false if the client takes none of this type. */
    static boolean accepts(RoutingContext context, String type) {
        String accept = context.request().getHeader(HttpHeaders.ACCEPT);
        if (accept == null || accept.isBlank()) {
            return true;
        }
        if (HeaderElements.allowsType(accept, type)) {
            return true;
        }
        Problem.of(406, "This is answered as " + type + " only.").answer(context);
        return false;
    }

    /** Answers 400 and returns false if parameters are not as the OpenAPI document says. */
    static boolean isAsPublished(RoutingContext context, String operation) {
        List<String> problems = OpenApi.document().problems(operation, context);
        if (problems.isEmpty()) {
            return true;
        }
        Problem.of(400, String.join("; ", problems), problems).answer(context);
        return false;
    }

    /** Answers 415 and returns false if a body is not of one of these types. */
    static boolean isJson(RoutingContext context, Set<String> types) {
        String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        String coding = context.request().getHeader(HttpHeaders.CONTENT_ENCODING);
        if (coding != null && !coding.equalsIgnoreCase("identity")) {
            context.response().putHeader(HttpHeaders.ACCEPT_ENCODING, "identity");
            Problem.of(415, "Send the body without Content-Encoding; it was " + coding + ".")
                    .answer(context);
            return false;
        }
        if (type != null && types.contains(type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))) {
            return true;
        }
        Problem.of(415, "Send the body as Content-Type: application/json.").answer(context);
        return false;
    }

    /** A body that is as the OpenAPI document says; else empty, and 400 has been answered. */
    static Optional<JsonNode> published(RoutingContext context, String operation) {
        JsonNode read;
        try {
            read = ContractJson.mapper().readTree(RequestBodies.of(context));
        } catch (JacksonException e) { // whose words may repeat a login
            badParameter(context, "value: is not JSON");
            return Optional.empty();
        }
        List<String> problems = read.isMissingNode()
                ? List.of("value: is missing")
                : OpenApi.document().bodyProblems(operation, read);
        if (problems.isEmpty()) {
            return Optional.of(read);
        }
        Problem.of(400, "The request cannot be done as it stands.", problems).answer(context);
        return Optional.empty();
    }

    /** Who asks, told apart from everybody else; the same for whoever asks where nobody has to say. */
    static String principal(RoutingContext context) {
        Principal principal = Access.principal(context);
        return principal.via().text() + ' ' + principal.name();
    }

    /** Answers a method that a path does not have with those that it has. */
    static void otherMethod(RoutingContext context, String allow) {
        context.response().putHeader(HttpHeaders.ALLOW, allow);
        HttpMethod method = context.request().method();
        if (HttpMethod.OPTIONS.equals(method)) {
            context.response().setStatusCode(204).end();
        } else {
            Problem.of(405, method + " is not possible here; " + allow + " is.").answer(context);
        }
    }

    /** Answers 400; the sentence names the parameter or field first. */
    static void badParameter(RoutingContext context, String problem) {
        Problem.of(400, problem, List.of(problem)).answer(context);
    }

    /** The thing that the path names. */
    static String id(RoutingContext context) {
        return String.valueOf(context.pathParam("id"));
    }

    static void unavailable(RoutingContext context, String what) {
        Problem.of(503, what).answer(context);
    }
}
