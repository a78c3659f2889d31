// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.gateway.door.BodyBudget;
import dev.pullcast.gateway.door.Connections;
import dev.pullcast.gateway.ops.GatewayMetrics;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Set;

/**
 * Reads the bodies of requests. What is known before the first byte is checked before it: type, length, and room for
 * it. What comes without a length is counted as it comes, and what does not come in time is not waited for.
 */
final class RequestBodies {
    private static final String KEY = "pullcast.body";
    private static final Buffer NONE = Buffer.buffer();

    private final Vertx vertx;
    private final BodyBudget budget;
    private final Duration timeout;
    private final GatewayMetrics metrics;

    RequestBodies(Vertx vertx, Connections connections, GatewayMetrics metrics) {
        this.vertx = vertx;
        this.budget = connections.bodies();
        this.timeout = connections.settings().bodyTimeout();
        this.metrics = metrics;
    }

    /** The body's bytes; none where there is no body. */
    static byte[] of(RoutingContext context) {
        Buffer body = context.get(KEY);
        return (body == null ? NONE : body).getBytes();
    }

    /**
     * Reads bodies of a route.
     *
     * @param maxBytes of one
     * @param types that one may have
     */
    Handler<RoutingContext> reader(int maxBytes, Set<String> types) {
        return context -> {
            if (Requests.isJson(context, types) && fits(context, maxBytes)) {
                new Reading(context, maxBytes).begin();
            }
        };
    }

    private boolean fits(RoutingContext context, int maxBytes) {
        String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        // HTTP's decoder refuses what is no number.
        if (length == null || (length.length() < 10 && Long.parseLong(length) <= maxBytes)) {
            return true;
        }
        tooLarge(context, maxBytes);
        return false;
    }

    private static void tooLarge(RoutingContext context, int maxBytes) {
        Problem.of(413, "The body is too large. It may have " + maxBytes + " bytes.")
                .answer(context);
    }

    /** One body on its way. */
    private final class Reading {
        private final RoutingContext context;
        private final HttpServerRequest request;
        private final int maxBytes;
        private final BodyBudget.Share share;
        private Buffer body = Buffer.buffer();
        private long timer = -1;
        private boolean over;

        Reading(RoutingContext context, int maxBytes) {
            this.context = context;
            this.request = context.request();
            this.maxBytes = maxBytes;
            this.share = budget.open(StreamRoom.address(request));
        }

        void begin() {
            context.addEndHandler(_ -> {
                stop();
                share.close();
            });
            if (request.isEnded()) {
                finish();
                return;
            }
            if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
                context.response().writeContinue();
            }
            timer = vertx.setTimer(
                    timeout.toMillis(),
                    _ -> refuse(408, "The body did not come in time. It may take " + timeout.toSeconds() + " s."));
            request.handler(this::take);
            request.endHandler(_ -> finish());
            request.exceptionHandler(_ -> drop());
        }

        private void take(Buffer piece) {
            if (over) {
                return;
            }
            if (body.length() + piece.length() > maxBytes) {
                drop();
                tooLarge(context, maxBytes);
            } else if (!share.take(piece.length())) {
                metrics.bodiesRefused().increment();
                refuse(503, "Too many request bodies are under way. Try again.");
            } else {
                body.appendBuffer(piece);
            }
        }

        private void refuse(int status, String why) {
            if (!over) {
                drop();
                Problem.of(status, why).answer(context);
            }
        }

        private void stop() {
            over = true;
            if (timer >= 0) {
                vertx.cancelTimer(timer);
            }
        }

        private void drop() {
            stop();
            body = NONE;
            share.close();
        }

        private void finish() {
            if (!over) {
                stop();
                context.put(KEY, body);
                context.next();
            }
        }
    }
}
