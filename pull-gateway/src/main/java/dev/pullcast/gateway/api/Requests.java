// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.contract.codec.ContractJson;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;

/** What all routes have in common: negotiation and JSON answers. */
final class Requests {
    static final String JSON = "application/json";

    private Requests() {}

    static void json(RoutingContext context, int status, Object body) {
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, JSON)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(Buffer.buffer(ContractJson.write(body)));
    }

    /** Answers 406 and returns false if the client takes none of this type. */
    static boolean accepts(RoutingContext context, String type) {
        String accept = context.request().getHeader(HttpHeaders.ACCEPT);
        if (accept == null || accept.isBlank()) {
            return true;
        }
        String family = type.substring(0, type.indexOf('/')) + "/*";
        for (String range : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
            String name = range.split(";", 2)[0].strip();
            boolean refused = range.replace(" ", "").matches(".*;q=0(\\.0*)?(;.*)?");
            if (!refused && (name.equals(type) || name.equals("*/*") || name.equals(family))) {
                return true;
            }
        }
        Problem.of(406, "This is answered as " + type + " only.").answer(context);
        return false;
    }

    /** Answers 415 and returns false if a body is not JSON. */
    static boolean isJson(RoutingContext context) {
        String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        if (type != null
                && type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(JSON)) {
            return true;
        }
        Problem.of(415, "Send the body as Content-Type: application/json.").answer(context);
        return false;
    }

    /** The job that the path names. */
    static String id(RoutingContext context) {
        return String.valueOf(context.pathParam("id"));
    }

    static void unavailable(RoutingContext context, String what) {
        Problem.of(503, what).answer(context);
    }
}
