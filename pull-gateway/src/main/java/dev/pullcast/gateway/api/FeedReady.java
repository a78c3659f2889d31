// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.gateway.feed.EventFeed;
import dev.pullcast.gateway.feed.FeedState;
import dev.pullcast.gateway.fleet.JobPlace;
import dev.pullcast.gateway.security.ProjectScope;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/** Answers that need the feed to have read something first. */
final class FeedReady {
    static final String BEHIND = "Kafka does not answer, or its past is still being read. Try again.";

    private static final int PATIENCE_SECONDS = 10;

    private FeedReady() {}

    /** Runs an action on the request's context once the past has been read, or answers 503. */
    static void whenCaughtUp(EventFeed feed, RoutingContext context, Runnable action) {
        if (feed.caughtUp().isComplete()) {
            action.run();
            return;
        }
        Promise<Void> here = Promise.promise();
        Context own = context.vertx().getOrCreateContext();
        feed.caughtUp().onComplete(result -> own.runOnContext(_ -> here.handle(result)));
        here.future()
                .timeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .onSuccess(_ -> action.run())
                .onFailure(_ -> Requests.unavailable(context, BEHIND));
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
