// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.gateway.door.Door;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** One request and its answer, as the bounds of its connection see them. Used on one event loop. */
final class Exchange {
    private static final long LINGER_MILLIS = 2_000;
    private static final String KEY = "pullcast.exchange";

    private final HttpServerRequest request;
    private final @Nullable Door door;
    private final Vertx vertx;
    private boolean over;
    private boolean taken = true;

    private Exchange(Vertx vertx, HttpServerRequest request) {
        this.vertx = vertx;
        this.request = request;
        this.door = door(request.connection());
    }

    /** The bounds of a connection; null where there are none. */
    static @Nullable Door door(HttpConnection connection) {
        return connection instanceof ConnectionBase base
                ? base.channelHandlerContext().pipeline().get(Door.class)
                : null;
    }

    /** Around all routes: counts a request as under way until it has been answered. */
    static void handle(RoutingContext context) {
        Exchange exchange = new Exchange(context.vertx(), context.request());
        context.put(KEY, exchange);
        exchange.begin();
        context.addHeadersEndHandler(_ -> exchange.announce());
        context.addEndHandler(_ -> exchange.end());
        context.next();
    }

    static Exchange of(RoutingContext context) {
        Exchange known = context.get(KEY);
        if (known == null) {
            throw new IllegalStateException("nothing is around this route");
        }
        return known;
    }

    private void begin() {
        if (door != null) {
            door.begin();
        }
    }

    private boolean isHttp2() {
        return request.version() == HttpVersion.HTTP_2;
    }

    /** Whether some of the body has not come: what comes is of no use any longer. */
    private boolean isUnread() {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return (request.headers().contains(HttpHeaders.TRANSFER_ENCODING) || (length != null && !length.equals("0")))
                && !request.isEnded();
    }

    private void announce() {
        if (!isHttp2() && isUnread()) {
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
    }

    /** The answer is over; may be run again. */
    void end() {
        if (over) {
            return;
        }
        over = true;
        if (door != null) {
            door.end(!isHttp2() && isUnread());
        }
        if (isHttp2()) {
            // What ends a request may be handled after it.
            vertx.runOnContext(_ -> endRequest());
        }
    }

    /** RFC 9113, 8.1: once the client has the whole answer, the rest of a request is not wanted. */
    private void endRequest() {
        if (!request.isEnded() && !request.response().closed()) {
            vertx.setTimer(LINGER_MILLIS, _ -> {
                if (!request.isEnded() && taken) {
                    request.response().reset(0);
                } else {
                    endRequest();
                }
            });
        }
    }

    /** Ends the answer with these bytes, which count until the client has them. */
    static void end(RoutingContext context, Buffer body) {
        HttpServerResponse response = context.response();
        Exchange exchange = of(context);
        if (exchange.door == null || !exchange.isHttp2()) {
            response.end(body);
        } else {
            Runnable counted = exchange.door.hold(body.length());
            exchange.taken = false;
            response.end(body).onComplete(_ -> {
                counted.run();
                exchange.taken = true;
            });
        }
    }
}
