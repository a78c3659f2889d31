// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.door;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Holds back pipelined requests of HTTP/1.1 until the client has taken the answers to those before them. Vert.x answers
 * whatever was read, and the answers of a few kilobytes of requests are megabytes. What is held was read at once: the
 * {@link Door} reads no more meanwhile.
 */
public final class AnswerGate extends ChannelInboundHandlerAdapter {
    private final Queue<Object> held = new ArrayDeque<>();
    private boolean delivering;
    private boolean gone;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (gone) {
            ReferenceCountUtil.release(message);
        } else if (held.isEmpty() && !mustWait(context, message)) {
            context.fireChannelRead(message);
        } else {
            held.add(message);
        }
    }

    private static boolean mustWait(ChannelHandlerContext context, Object message) {
        return message instanceof HttpRequest && !context.channel().isWritable();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        context.fireChannelWritabilityChanged();
        // An answer that is taken at once tells so in the middle of it.
        if (delivering || held.isEmpty()) {
            return;
        }
        delivering = true;
        try {
            for (Object next = held.peek(); next != null && !mustWait(context, next); next = held.peek()) {
                held.remove();
                context.fireChannelRead(next);
            }
        } finally {
            delivering = false;
        }
        context.fireChannelReadComplete();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        forget();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        forget();
    }

    private void forget() {
        gone = true;
        held.forEach(ReferenceCountUtil::release);
        held.clear();
    }
}
