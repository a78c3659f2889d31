// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.gateway.feed.Cursor;
import dev.pullcast.gateway.feed.EventFeed;
import dev.pullcast.gateway.fleet.JobPlace;
import dev.pullcast.gateway.sse.SseHub;
import dev.pullcast.gateway.sse.StreamFilter;
import dev.pullcast.gateway.sse.StreamRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.util.function.BooleanSupplier;

/** Hop 9's door: checks everything that can be checked before the first byte, then hands the response to the hub. */
final class SseRoute {
    static final String EVENT_STREAM = "text/event-stream";

    private final EventFeed feed;
    private final SseHub hub;
    private final StreamQuery query;
    private final BooleanSupplier room;

    SseRoute(EventFeed feed, SseHub hub, StreamQuery query, BooleanSupplier room) {
        this.feed = feed;
        this.hub = hub;
        this.query = query;
        this.room = room;
    }

    void all(RoutingContext context) {
        if (!mayBegin(context)) {
            return;
        }
        switch (query.read(context)) {
            case StreamQuery.Bad(Problem problem) -> problem.answer(context);
            case StreamQuery.Good(StreamFilter filter, StreamRequest.Start start) ->
                FeedReady.whenCaughtUp(
                        feed,
                        context,
                        () -> open(context, new StreamRequest(new StreamRequest.Firehose(), filter, start)));
        }
    }

    void ofJob(RoutingContext context) {
        if (!mayBegin(context)) {
            return;
        }
        String id = Requests.id(context);
        switch (query.read(context)) {
            case StreamQuery.Bad(Problem problem) -> problem.answer(context);
            case StreamQuery.Good(StreamFilter filter, StreamRequest.Start start) ->
                FeedReady.whenCaughtUp(
                        feed,
                        context,
                        () -> FeedReady.find(feed, id)
                                .onSuccess(found -> found.ifPresentOrElse(
                                        place -> ofJob(context, id, place, filter, start),
                                        () -> Problem.of(404, "There is no job " + id + ".")
                                                .answer(context)))
                                .onFailure(_ -> Requests.unavailable(context, FeedReady.BEHIND)));
        }
    }

    private void ofJob(
            RoutingContext context, String id, JobPlace place, StreamFilter filter, StreamRequest.Start start) {
        if (place.isFinished()
                && start instanceof StreamRequest.Resume(Cursor cursor)
                && cursor.cluster().equals(feed.cluster())
                && isPast(cursor, place)) {
            // The one status at which an EventSource does not come back.
            context.response().setStatusCode(204).end();
            return;
        }
        StreamFilter only = new StreamFilter(id, filter.projects(), filter.workers(), filter.images(), filter.types());
        open(context, new StreamRequest(new StreamRequest.OneJob(id, place.partition()), only, start));
    }

    private static boolean isPast(Cursor cursor, JobPlace place) {
        return switch (cursor) {
            case Cursor.Everywhere all -> all.positions().get(place.partition()) > place.endOffset();
            case Cursor.InPartition one -> one.partition() == place.partition() && one.next() > place.endOffset();
        };
    }

    private boolean mayBegin(RoutingContext context) {
        if (!Requests.accepts(context, EVENT_STREAM)) {
            return false;
        }
        if (!room.getAsBoolean()) {
            Problem.of(429, "There are too many open streams; try again later, or at another gateway.")
                    .answer(context);
            return false;
        }
        return true;
    }

    private void open(RoutingContext context, StreamRequest request) {
        HttpServerResponse response = context.response();
        if (response.closed()) {
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, EVENT_STREAM)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader("X-Accel-Buffering", "no");
        if (HttpMethod.HEAD.equals(context.request().method())) {
            response.end();
            return;
        }
        if (context.request().version() != HttpVersion.HTTP_2) {
            response.setChunked(true);
        }
        response.writeHead();
        hub.open(request, new ResponseSink(response, context.request().connection()));
    }
}
