// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.gateway.fleet.JobMark;
import dev.pullcast.gateway.fleet.JobQuery;
import dev.pullcast.gateway.fleet.Subject;
import dev.pullcast.gateway.security.ProjectScope;
import dev.pullcast.gateway.sse.Glob;
import io.netty.handler.codec.http.QueryStringEncoder;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The parameters of a list of jobs, which are known to be as the OpenAPI document has them, and links between pages. */
final class JobList {
    private static final int DEFAULT_LIMIT = 100;

    private JobList() {}

    /** What is asked for; empty where the cursor is not one. */
    static Optional<JobQuery> query(RoutingContext context, ProjectScope visible) {
        MultiMap given = context.queryParams();
        String cursor = given.get("cursor");
        Optional<JobMark> after = cursor == null ? Optional.empty() : JobMark.parse(cursor);
        if (cursor != null && after.isEmpty()) {
            return Optional.empty();
        }
        String limit = given.get("limit");
        return Optional.of(new JobQuery(
                constants(given, "state", JobView.State.class),
                constants(given, "result", JobResult.class),
                labels(given),
                about(given, visible),
                after.orElse(null),
                limit == null ? DEFAULT_LIMIT : Integer.parseInt(limit)));
    }

    /** Links to the first and the next page (RFC 8288), with everything else that was asked for. */
    static String links(RoutingContext context, @Nullable JobMark next) {
        String first = '<' + uri(context, null) + ">; rel=\"first\"";
        return next == null ? first : first + ", <" + uri(context, next.text()) + ">; rel=\"next\"";
    }

    private static String uri(RoutingContext context, @Nullable String cursor) {
        QueryStringEncoder uri = new QueryStringEncoder(context.request().path());
        context.queryParams().forEach((name, value) -> {
            if (!name.equals("cursor")) {
                uri.addParam(name, value);
            }
        });
        if (cursor != null) {
            uri.addParam("cursor", cursor);
        }
        return uri.toString();
    }

    private static Predicate<Subject> about(MultiMap given, ProjectScope visible) {
        Set<String> projects = texts(given, "project").collect(Collectors.toSet());
        Set<String> workers = texts(given, "worker").collect(Collectors.toSet());
        List<Glob> images = texts(given, "image").map(Glob::new).toList();
        return subject -> visible.covers(subject.project())
                && (projects.isEmpty() || (subject.project() != null && projects.contains(subject.project())))
                && (workers.isEmpty() || !Collections.disjoint(workers, subject.workers()))
                && (images.isEmpty()
                        || subject.images().stream()
                                .anyMatch(image -> images.stream().anyMatch(glob -> glob.matches(image))));
    }

    private static Map<String, String> labels(MultiMap given) {
        Map<String, String> labels = new HashMap<>();
        texts(given, "label").forEach(text -> {
            int equals = text.indexOf('=');
            labels.put(text.substring(0, equals), text.substring(equals + 1));
        });
        return labels;
    }

    private static <T extends Enum<T>> Set<T> constants(MultiMap given, String name, Class<T> type) {
        return texts(given, name)
                .map(text -> ContractJson.mapper().convertValue(text, type))
                .collect(Collectors.toSet());
    }

    private static Stream<String> texts(MultiMap given, String name) {
        return given.getAll(name).stream().flatMap(text -> Stream.of(text.split(",", -1)));
    }
}
