// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.gateway.sse.SharedBytes;
import dev.pullcast.gateway.sse.StreamSink;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.Optional;

/**
 * A stream over HTTP/1.1. Vert.x sends the head and the end; what is between goes straight to Netty's channel, past the
 * encoder (and through TLS, where there is), as chunks that were framed once for everybody: per stream and write that
 * leaves a reference and a system call. Why, and how far it reaches into Vert.x: docs/decisions/050-fan-out.md.
 */
final class ChunkSink extends ChannelInboundHandlerAdapter implements StreamSink {
    /** Names of handlers that Vert.x gives them. */
    static final String ENCODER = "httpEncoder";

    static final String LAST = "handler";

    private final HttpServerResponse response;
    private final Channel channel;
    private final ChannelHandlerContext pastTheEncoder;
    private Runnable drain = () -> {};
    private boolean open = true;

    private ChunkSink(HttpServerResponse response, ChannelHandlerContext pastTheEncoder) {
        this.response = response.setWriteQueueMaxSize(ResponseSink.WRITE_QUEUE);
        this.pastTheEncoder = pastTheEncoder;
        this.channel = pastTheEncoder.channel();
    }

    /**
     * For a response whose head has been sent, in chunks.
     *
     * @return empty where the connection is not as it is known
     */
    static Optional<ChunkSink> of(HttpServerResponse response, HttpConnection connection) {
        // There is no public way to the channel of a connection that stays HTTP.
        if (!(connection instanceof ConnectionBase base)) {
            return Optional.empty();
        }
        ChannelPipeline pipeline = base.channelHandlerContext().pipeline();
        ChannelHandlerContext encoder = pipeline.context(ENCODER);
        if (encoder == null || pipeline.context(LAST) == null) {
            return Optional.empty();
        }
        ChunkSink sink = new ChunkSink(response, encoder);
        // Sent, and a kilobyte for each of many thousands of streams.
        response.headers().clear();
        pipeline.addBefore(LAST, null, sink);
        return Optional.of(sink);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (open && channel.isWritable()) {
            drain.run();
        }
        context.fireChannelWritabilityChanged();
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // a failure closes the connection, of which the handler is told
    public void write(SharedBytes bytes) {
        if (open) {
            pastTheEncoder.writeAndFlush(bytes.asChunk(), pastTheEncoder.voidPromise());
        }
    }

    @Override
    public boolean isFull() {
        return !channel.isWritable();
    }

    @Override
    public void onDrain(Runnable action) {
        drain = action;
    }

    @Override
    public void onClose(Runnable action) {
        response.exceptionHandler(_ -> {});
        response.closeHandler(_ -> close(action));
        response.endHandler(_ -> close(action));
    }

    private void close(Runnable action) {
        open = false;
        drain = () -> {};
        action.run();
    }

    @Override
    public void end() {
        if (open) {
            // The connection may serve another request after this one.
            channel.pipeline().remove(this);
            response.end();
        }
    }

    /** Vert.x's own close first waits for what is written to be sent, and here that never happens. */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the response's close handler is told
    public void abort() {
        open = false;
        // Else the kernel keeps what it holds, and goes on trying to send it.
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        pastTheEncoder.close();
    }
}
