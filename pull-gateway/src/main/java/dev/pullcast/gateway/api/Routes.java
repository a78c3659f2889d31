// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.gateway.security.RouteRule;
import dev.pullcast.gateway.security.Rule;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** The one way to add a route: with a rule that says who may use it. */
final class Routes {
    private static final String RULE = "rule";
    private static final String AROUND = "around";

    private final Router router;
    private final Access access;

    Routes(Router router, Access access) {
        this.router = router;
        this.access = access;
    }

    /** One method of a path: who may, and what is done, in order. */
    record Entry(HttpMethod method, Rule rule, List<Handler<RoutingContext>> handlers) {
        /** With a look at what the client takes and at its parameters, once it is known who it is. */
        private Entry asPublished(String path, String type) {
            HttpMethod documented = HttpMethod.HEAD.equals(method) ? HttpMethod.GET : method;
            String operation = documented.name().toLowerCase(Locale.ROOT) + ' ' + path;
            List<Handler<RoutingContext>> all = new ArrayList<>();
            all.add(context -> {
                if (Requests.accepts(context, type) && Requests.isAsPublished(context, operation)) {
                    context.next();
                }
            });
            all.addAll(handlers);
            return new Entry(method, rule, all);
        }
    }

    static Entry get(Rule rule, Handler<RoutingContext> handler) {
        return new Entry(HttpMethod.GET, rule, List.of(handler));
    }

    /** With what reads the body first. */
    static Entry post(Rule rule, Handler<RoutingContext> body, Handler<RoutingContext> handler) {
        return new Entry(HttpMethod.POST, rule, List.of(body, handler));
    }

    /** With what reads the body first. */
    static Entry patch(Rule rule, Handler<RoutingContext> body, Handler<RoutingContext> handler) {
        return new Entry(HttpMethod.PATCH, rule, List.of(body, handler));
    }

    static Entry delete(Rule rule, Handler<RoutingContext> handler) {
        return new Entry(HttpMethod.DELETE, rule, List.of(handler));
    }

    /** Something around all routes, which answers nothing of its own but problems. */
    void around(Handler<RoutingContext> handler) {
        router.route().putMetadata(AROUND, true).handler(handler);
    }

    /** What is done where no route has answered, and where one has failed. */
    void otherwise(Handler<RoutingContext> nothing, Handler<RoutingContext> failure) {
        router.route().putMetadata(AROUND, true).failureHandler(failure).handler(nothing);
    }

    /**
     * A path. HEAD comes with GET; any method that it does not have is answered with those that there are.
     *
     * @param type of its answers
     */
    void at(String path, String type, Entry... entries) {
        List<Entry> all = new ArrayList<>(List.of(entries));
        for (Entry entry : entries) {
            if (entry.method().equals(HttpMethod.GET)) {
                all.add(new Entry(HttpMethod.HEAD, entry.rule(), entry.handlers()));
            }
        }
        Set<String> methods = new TreeSet<>();
        for (Entry entry : all) {
            methods.add(entry.method().name());
            fill(router.route(entry.method(), path), entry.asPublished(path, type));
        }
        methods.add(HttpMethod.OPTIONS.name());
        String allow = String.join(", ", methods);
        router.route(path).putMetadata(AROUND, true).handler(context -> {
            HttpMethod method = context.request().method();
            if (methods.contains(method.name()) && !HttpMethod.OPTIONS.equals(method)) {
                context.next();
            } else {
                Requests.otherMethod(context, allow);
            }
        });
    }

    /** Paths by a pattern, for files; what is no such file is for later routes. */
    void files(String pattern, Rule rule, Handler<RoutingContext> handler) {
        for (HttpMethod method : List.of(HttpMethod.GET, HttpMethod.HEAD)) {
            fill(router.routeWithRegex(method, pattern), new Entry(method, rule, List.of(handler)));
        }
    }

    private void fill(Route route, Entry entry) {
        route.putMetadata(RULE, entry.rule()).handler(access.rule(entry.rule()));
        entry.handlers().forEach(route::handler);
    }

    /** What a router answers and to whom, as the router itself has it. */
    static List<RouteRule> of(Router router) {
        return router.getRoutes().stream()
                .filter(route -> route.getMetadata(AROUND) == null)
                .map(route -> new RouteRule(
                        route.methods() == null
                                ? List.of()
                                : route.methods().stream()
                                        .map(HttpMethod::name)
                                        .sorted()
                                        .toList(),
                        route.getPath(),
                        route.getMetadata(RULE)))
                .toList();
    }
}
