// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import com.github.f4b6a3.ulid.UlidCreator;
import io.vertx.ext.web.RoutingContext;
import java.util.regex.Pattern;

/**
 * Gives every request an id by which its answer, its problem, its lines in the log and in the audit log can be found:
 * the client's own if it is one, so that it can be followed through several services, else a new one.
 */
final class RequestIds {
    static final String HEADER = "X-Request-Id";

    private static final String KEY = "pullcast.request-id";
    private static final Pattern SANE = Pattern.compile("[A-Za-z0-9._:/+=-]{1,128}");

    private RequestIds() {}

    static void handle(RoutingContext context) {
        String given = context.request().getHeader(HEADER);
        String id = given != null && SANE.matcher(given).matches()
                ? given
                : UlidCreator.getMonotonicUlid().toString();
        context.put(KEY, id);
        context.response().putHeader(HEADER, id);
        context.next();
    }

    /** The id of this request. */
    static String of(RoutingContext context) {
        String id = context.get(KEY);
        return id == null ? "none" : id;
    }
}
