// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.gateway.feed.Cursor;
import dev.pullcast.gateway.feed.EventFeed;
import dev.pullcast.gateway.fleet.JobPlace;
import dev.pullcast.gateway.sse.Opening;
import dev.pullcast.gateway.sse.SseHub;
import dev.pullcast.gateway.sse.StreamFilter;
import dev.pullcast.gateway.sse.StreamRequest;
import dev.pullcast.gateway.sse.StreamSink;
import io.vertx.core.Future;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Hop 9's door: checks everything that can be checked before the first byte, then hands the response to the hub. */
final class SseRoute {
    static final String EVENT_STREAM = "text/event-stream";

    private static final int NOT_FOUND = 404;

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
                open(context, known(new StreamRequest(new StreamRequest.Firehose(), filter, start)));
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
                decide(
                        context,
                        () -> FeedReady.knowsWorker(feed, id, filter.visible())
                                .map(known -> known
                                        ? new Opening.Show(new StreamRequest(
                                                new StreamRequest.Firehose(), filter.ofWorker(id), start))
                                        : new Opening.Refuse(NOT_FOUND, "There is no worker " + id + ".")));
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
                decide(
                        context,
                        () -> FeedReady.find(feed, id, filter.visible())
                                .map(found -> found.map(place -> ofJob(id, place, filter, start))
                                        .orElseGet(
                                                () -> new Opening.Refuse(NOT_FOUND, "There is no job " + id + "."))));
        }
    }

    private Opening ofJob(String id, JobPlace place, StreamFilter filter, StreamRequest.Start start) {
        return place.isFinished()
                        && start instanceof StreamRequest.Resume(Cursor cursor)
                        && cursor.cluster().equals(feed.cluster())
                        && isPast(cursor, place)
                ? new Opening.Over()
                : new Opening.Show(
                        new StreamRequest(new StreamRequest.OneJob(id, place.partition()), filter.ofJob(id), start));
    }

    /**
     * Answers with what can be told before the first byte; where Kafka must be heard first, and is not there, the stream
     * is opened and waits: a browser never comes back after a problem.
     */
    private void decide(RoutingContext context, Supplier<Future<Opening>> opening) {
        FeedReady.whenCaughtUp(
                feed,
                context,
                () -> opening.get()
                        .onSuccess(decided -> {
                            switch (decided) {
                                case Opening.Show(StreamRequest request) -> open(context, known(request));
                                case Opening.Refuse(int status, String why) ->
                                    Problem.of(status, why).answer(context);
                                // The one status at which an EventSource does not come back.
                                case Opening.Over _ ->
                                    context.response().setStatusCode(204).end();
                            }
                        })
                        .onFailure(_ -> {
                            if (feed.outage() == null) {
                                Requests.unavailable(context, FeedReady.BEHIND);
                            } else {
                                open(context, opening);
                            }
                        }),
                () -> open(context, opening));
    }

    private static Supplier<Future<Opening>> known(StreamRequest request) {
        Future<Opening> known = Future.succeededFuture(new Opening.Show(request));
        return () -> known;
    }

    private static boolean isPast(Cursor cursor, JobPlace place) {
        return switch (cursor) {
            case Cursor.Everywhere all -> all.positions().get(place.partition()) > place.endOffset();
            case Cursor.InPartition one -> one.partition() == place.partition() && one.next() > place.endOffset();
        };
    }

    private boolean mayBegin(RoutingContext context) {
        Optional<Problem> full = room.problem(context);
        full.ifPresent(problem -> problem.answer(context));
        return full.isEmpty();
    }

    private void open(RoutingContext context, Supplier<Future<Opening>> opening) {
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
                        .onSuccess(_ -> begin(context, opening, ResponseSink.closing(response, connection)));
            case HTTP_1_1 ->
                response.setChunked(true).writeHead().onSuccess(_ -> {
                    context.request().headers().clear();
                    begin(context, opening, sink(response, connection));
                });
            default -> response.writeHead().onSuccess(_ -> begin(context, opening, ResponseSink.alone(response)));
        }
    }

    private void begin(RoutingContext context, Supplier<Future<Opening>> opening, StreamSink sink) {
        Runnable leave = room.take(context.request());
        Exchange exchange = Exchange.of(context);
        watch.add(Access.principal(context), hub.open(opening, sink, StreamRoom.client(context), () -> {
            leave.run();
            exchange.end();
        }));
    }

    private static StreamSink sink(HttpServerResponse response, HttpConnection connection) {
        return ChunkSink.of(response, connection).<StreamSink>map(s -> s).orElseGet(() -> ResponseSink.alone(response));
    }
}
