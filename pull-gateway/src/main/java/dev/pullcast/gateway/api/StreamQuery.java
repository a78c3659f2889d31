// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.contract.job.JobId;
import dev.pullcast.gateway.feed.Cursor;
import dev.pullcast.gateway.sse.Glob;
import dev.pullcast.gateway.sse.StreamFilter;
import dev.pullcast.gateway.sse.StreamRequest;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request for a stream asks: filters and the place to begin. A parameter that is wrong is named, one that nobody
 * knows too: a typing error must not look like silence.
 *
 * @param clock for durations in {@code since}
 */
record StreamQuery(InstantSource clock) {
    private static final int MAX_VALUES = 64;
    private static final Set<String> KNOWN =
            Set.of("project", "worker", "image", "job", "type", "since", "lastEventId");
    private static final Pattern NAME = Pattern.compile("[^\\p{Cntrl}]{1,256}");
    private static final Pattern TYPE = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern GLOB = Pattern.compile("[A-Za-z0-9._/:@+*?-]{1,512}");
    private static final Pattern SHORT_DURATION = Pattern.compile("(\\d{1,9})([smhd])");

    /** What came of reading. */
    sealed interface Result {}

    record Good(StreamFilter filter, StreamRequest.Start start) implements Result {}

    record Bad(Problem problem) implements Result {}

    private static final class BadParameter extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BadParameter(String name, String problem) {
            super(name + ": " + problem);
        }
    }

    /**
     * Reads the query.
     *
     * @param settled by the path, and therefore no parameters of it
     */
    Result read(RoutingContext context, Set<String> settled) {
        MultiMap given = context.queryParams();
        try {
            for (String name : given.names()) {
                if (!KNOWN.contains(name) || settled.contains(name)) {
                    throw new BadParameter(
                            name, "is not a parameter here; known are " + String.join(", ", sorted(settled)));
                }
            }
            StreamFilter filter = new StreamFilter(
                    job(given),
                    values(given, "project", NAME, "a project's name"),
                    values(given, "worker", NAME, "a worker's id"),
                    values(given, "image", GLOB, "a name of images in which * and ? stand for anything").stream()
                            .map(Glob::new)
                            .toList(),
                    values(given, "type", TYPE, "a name of events, as pull.failed"),
                    Access.visible(context));
            return new Good(filter, start(context.request(), given));
        } catch (BadParameter e) {
            return new Bad(Problem.of(400, String.valueOf(e.getMessage())));
        }
    }

    private static List<String> sorted(Set<String> without) {
        return KNOWN.stream().filter(name -> !without.contains(name)).sorted().toList();
    }

    private static @Nullable String job(MultiMap given) {
        List<String> jobs = given.getAll("job");
        if (jobs.isEmpty()) {
            return null;
        }
        String problem = JobId.problemWith(jobs.getFirst());
        if (jobs.size() > 1 || problem != null) {
            throw new BadParameter("job", problem == null ? "may be given once" : "it " + problem);
        }
        return jobs.getFirst();
    }

    private static Set<String> values(MultiMap given, String name, Pattern form, String meaning) {
        Set<String> result = new LinkedHashSet<>();
        for (String text : given.getAll(name)) {
            for (String value : text.split(",", -1)) {
                if (!form.matcher(value).matches()) {
                    throw new BadParameter(name, "must be " + meaning);
                }
                result.add(value);
            }
        }
        if (result.size() > MAX_VALUES) {
            throw new BadParameter(name, "may have " + MAX_VALUES + " values");
        }
        return result;
    }

    private StreamRequest.Start start(HttpServerRequest request, MultiMap given) {
        String header = request.getHeader("Last-Event-ID");
        boolean fromHeader = header != null && !header.isEmpty();
        List<String> ids = new ArrayList<>(fromHeader ? List.of(header) : given.getAll("lastEventId"));
        ids.removeIf(String::isEmpty);
        if (!ids.isEmpty()) {
            Optional<Cursor> cursor = Cursor.parse(ids.getFirst());
            return new StreamRequest.Resume(cursor.orElseThrow(() -> new BadParameter(
                    fromHeader ? "Last-Event-ID" : "lastEventId", "is not an id that a gateway has sent")));
        }
        List<String> since = given.getAll("since");
        if (since.size() > 1) {
            throw new BadParameter("since", "may be given once");
        }
        return since.isEmpty() ? new StreamRequest.Fresh() : new StreamRequest.Since(time(since.getFirst()));
    }

    private Instant time(String text) {
        try {
            Instant time = parse(text);
            // Kafka's own unit: what does not fit it is no time of any event.
            return Instant.ofEpochMilli(Math.max(0, time.toEpochMilli()));
        } catch (DateTimeException | ArithmeticException e) {
            throw new BadParameter("since", "must be a time as 2026-01-31T12:00:00Z or a duration as 90s, 15m or PT2H");
        }
    }

    private Instant parse(String text) {
        var brief = SHORT_DURATION.matcher(text);
        if (brief.matches()) {
            long amount = Long.parseLong(brief.group(1));
            return clock.instant()
                    .minus(
                            switch (brief.group(2)) {
                                case "s" -> Duration.ofSeconds(amount);
                                case "m" -> Duration.ofMinutes(amount);
                                case "h" -> Duration.ofHours(amount);
                                default -> Duration.ofDays(amount);
                            });
        }
        // A plus that nobody has escaped arrives as a blank.
        return text.toUpperCase(Locale.ROOT).startsWith("P")
                ? clock.instant().minus(Duration.parse(text))
                : Instant.parse(text.replace(' ', '+'));
    }
}
