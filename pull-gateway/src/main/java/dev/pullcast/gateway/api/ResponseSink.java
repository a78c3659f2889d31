// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.gateway.sse.SharedBytes;
import dev.pullcast.gateway.sse.StreamSink;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;

/** A stream over HTTP/2, or over HTTP/1.0, where a connection's end is the stream's. */
final class ResponseSink implements StreamSink {
    /** Bytes that may wait in one stream before frames are held back. */
    static final int WRITE_QUEUE = 64 * 1024;

    private final HttpServerResponse response;
    private final Handler<Object> afterEnd;

    private ResponseSink(HttpServerResponse response, Handler<Object> afterEnd) {
        this.response = response.setWriteQueueMaxSize(WRITE_QUEUE);
        this.afterEnd = afterEnd;
    }

    /** On a connection that outlives it. */
    static ResponseSink alone(HttpServerResponse response) {
        return new ResponseSink(response, _ -> {});
    }

    /** On a connection that ends with it. */
    static ResponseSink closing(HttpServerResponse response, HttpConnection connection) {
        return new ResponseSink(response, _ -> connection.close());
    }

    @Override
    public void write(SharedBytes bytes) {
        if (!response.ended() && !response.closed()) {
            response.write(bytes.bare());
        }
    }

    @Override
    public boolean isFull() {
        return response.writeQueueFull();
    }

    @Override
    public void onDrain(Runnable action) {
        response.drainHandler(_ -> action.run());
    }

    @Override
    public void onClose(Runnable action) {
        response.exceptionHandler(_ -> {});
        response.closeHandler(_ -> action.run());
        response.endHandler(_ -> action.run());
    }

    @Override
    public void end() {
        if (!response.ended() && !response.closed()) {
            response.end().onComplete(afterEnd::handle);
        }
    }

    @Override
    public void abort() {
        response.reset();
    }
}
