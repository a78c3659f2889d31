// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.gateway.feed.Cursor;
import dev.pullcast.gateway.feed.EventFeed;
import dev.pullcast.gateway.fleet.JobPlace;
import dev.pullcast.gateway.sse.SseHub;
import dev.pullcast.gateway.sse.StreamFilter;
import dev.pullcast.gateway.sse.StreamRequest;
import dev.pullcast.gateway.sse.StreamSink;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.Set;

/** Hop 9's door: checks everything that can be checked before the first byte, then hands the response to the hub. */
final class SseRoute {
    static final String EVENT_STREAM = "text/event-stream";

    private final EventFeed feed;
    private final SseHub hub;
    private final StreamQuery query;
    private final StreamRoom room;
    private final CredentialWatch watch;

    SseRoute(EventFeed feed, SseHub hub, StreamQuery query, StreamRoom room, CredentialWatch watch) {
        this.feed = feed;
        this.hub = hub;
        this.query = query;
        this.room = room;
        this.watch = watch;
    }

    void all(RoutingContext context) {
        if (!mayBegin(context)) {
            return;
        }
        switch (query.read(context, Set.of())) {
            case StreamQuery.Bad(Problem problem) -> problem.answer(context);
            case StreamQuery.Good(StreamFilter filter, StreamRequest.Start start) ->
                FeedReady.whenCaughtUp(
                        feed,
                        context,
                        () -> open(context, new StreamRequest(new StreamRequest.Firehose(), filter, start)));
        }
    }

    void ofWorker(RoutingContext context) {
        if (!mayBegin(context)) {
            return;
        }
        String id = Requests.id(context);
        switch (query.read(context, Set.of("worker"))) {
            case StreamQuery.Bad(Problem problem) -> problem.answer(context);
            case StreamQuery.Good(StreamFilter filter, StreamRequest.Start start) ->
                FeedReady.whenCaughtUp(
                        feed,
                        context,
                        () -> FeedReady.knowsWorker(feed, id, filter.visible())
                                .onSuccess(known -> {
                                    if (known) {
                                        open(
                                                context,
                                                new StreamRequest(
                                                        new StreamRequest.Firehose(), filter.ofWorker(id), start));
                                    } else {
                                        Problem.of(404, "There is no worker " + id + ".")
                                                .answer(context);
                                    }
                                })
                                .onFailure(_ -> Requests.unavailable(context, FeedReady.BEHIND)));
        }
    }

    void ofJob(RoutingContext context) {
        if (!mayBegin(context)) {
            return;
        }
        String id = Requests.id(context);
        switch (query.read(context, Set.of("job"))) {
            case StreamQuery.Bad(Problem problem) -> problem.answer(context);
            case StreamQuery.Good(StreamFilter filter, StreamRequest.Start start) ->
                FeedReady.whenCaughtUp(
                        feed,
                        context,
                        () -> FeedReady.find(feed, id, filter.visible())
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
        open(context, new StreamRequest(new StreamRequest.OneJob(id, place.partition()), filter.ofJob(id), start));
    }

    private static boolean isPast(Cursor cursor, JobPlace place) {
        return switch (cursor) {
            case Cursor.Everywhere all -> all.positions().get(place.partition()) > place.endOffset();
            case Cursor.InPartition one -> one.partition() == place.partition() && one.next() > place.endOffset();
        };
    }

    private boolean mayBegin(RoutingContext context) {
        Optional<Problem> full = room.problem(context.request());
        full.ifPresent(problem -> problem.answer(context));
        return full.isEmpty();
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
        HttpConnection connection = context.request().connection();
        switch (context.request().version()) {
            // It knows no chunks: the stream ends with the connection, whatever the client asked for.
            case HTTP_1_0 ->
                response.headersEndHandler(_ -> response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE))
                        .write(":\n\n")
                        .onSuccess(_ -> begin(context, request, ResponseSink.closing(response, connection)));
            case HTTP_1_1 ->
                response.setChunked(true).writeHead().onSuccess(_ -> {
                    context.request().headers().clear();
                    begin(context, request, sink(response, connection));
                });
            default -> response.writeHead().onSuccess(_ -> begin(context, request, ResponseSink.alone(response)));
        }
    }

    private void begin(RoutingContext context, StreamRequest request, StreamSink sink) {
        watch.add(Access.principal(context), hub.open(request, sink, room.take(context.request())));
    }

    private static StreamSink sink(HttpServerResponse response, HttpConnection connection) {
        return ChunkSink.of(response, connection).<StreamSink>map(s -> s).orElseGet(() -> ResponseSink.alone(response));
    }
}
