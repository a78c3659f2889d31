// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.gateway.sse.StreamSink;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;

/** A stream over an HTTP response. */
final class ResponseSink implements StreamSink {
    /** Bytes that may wait in one connection before frames are held back. */
    private static final int WRITE_QUEUE = 64 * 1024;

    private final HttpServerResponse response;
    private final HttpConnection connection;

    ResponseSink(HttpServerResponse response, HttpConnection connection) {
        this.response = response.setWriteQueueMaxSize(WRITE_QUEUE);
        this.connection = connection;
    }

    @Override
    public void write(Buffer bytes) {
        if (!response.ended() && !response.closed()) {
            response.write(bytes);
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
            response.end();
        }
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the response's close handler is told
    public void abort() {
        if (connection instanceof ConnectionBase base && connection.protocolVersion() != HttpVersion.HTTP_2) {
            // Vert.x's own close first waits for what is written to be sent, and here that never happens.
            base.channelHandlerContext().close();
        } else {
            response.reset();
        }
    }
}
