// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.gateway.feed.EventFeed;
import dev.pullcast.gateway.feed.FeedState;
import dev.pullcast.gateway.feed.Outage;
import dev.pullcast.gateway.fleet.JobPlace;
import dev.pullcast.gateway.security.ProjectScope;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** Answers that need the feed to have read something first. */
final class FeedReady {
    static final String BEHIND = "Kafka does not answer, or its past is still being read. Try again.";

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long LOOK_MILLIS = 50;

    private FeedReady() {}

    /** Runs an action on the request's context once the past has been read, or answers 503. */
    static void whenCaughtUp(EventFeed feed, RoutingContext context, Runnable action) {
        whenCaughtUp(feed, context, action, () -> Requests.unavailable(context, whyNot(feed)));
    }

    /**
     * Runs an action on the request's context once the past has been read.
     *
     * @param otherwise is run instead when that takes too long; at once when Kafka is away
     */
    static void whenCaughtUp(EventFeed feed, RoutingContext context, Runnable action, Runnable otherwise) {
        if (feed.caughtUp().isComplete()) {
            action.run();
            return;
        }
        Vertx vertx = context.vertx();
        long until = System.nanoTime() + PATIENCE.toNanos();
        vertx.setPeriodic(LOOK_MILLIS, timer -> {
            boolean ready = feed.caughtUp().isComplete();
            if (ready || feed.outage() != null || System.nanoTime() > until) {
                vertx.cancelTimer(timer);
                (ready ? action : otherwise).run();
            }
        });
    }

    /** Why something cannot be told or taken now. */
    static String whyNot(EventFeed feed) {
        Outage away = feed.outage();
        return away == null ? BEHIND : away.message() + " since " + away.since() + ". Try again.";
    }

    /**
     * Looks for a job within a scope; what is outside is not told from what is not there. Empty only after everything
     * that was in Kafka at the time of the call has been read: a browser that is told 404 once never comes back.
     */
    static Future<Optional<JobPlace>> find(EventFeed feed, String id, ProjectScope scope) {
        return atLast(
                feed,
                state -> state.fleet().place(id).filter(place -> scope.covers(place.project())),
                Optional::isPresent);
    }

    /** Looks in the same way for what can be cancelled; it counts as finished only if no standing set goes on. */
    static Future<Optional<JobPlace>> findToCancel(EventFeed feed, String id, ProjectScope scope) {
        return atLast(
                feed,
                state -> state.fleet().placeToCancel(id).filter(place -> scope.covers(place.project())),
                place -> place.isPresent() && !place.get().isFinished());
    }

    /** Looks for a worker, in the same way: one that has a heartbeat, or a part in a job within the scope. */
    static Future<Boolean> knowsWorker(EventFeed feed, String id, ProjectScope scope) {
        return atLast(
                feed,
                state -> state.fleet().knowsWorker(id, subject -> scope.covers(subject.project())),
                known -> known);
    }

    private static <T> Future<T> atLast(EventFeed feed, Function<FeedState, T> question, Predicate<T> found) {
        return feed.ask(question).compose(answer -> {
            if (found.test(answer)) {
                return Future.succeededFuture(answer);
            }
            return feed.atEnd().compose(_ -> feed.ask(question));
        });
    }
}
