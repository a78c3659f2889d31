// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.door;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Bounds of one connection, next to its socket. It is read from only while its answers are taken. It is cut when a
 * request's head or a TLS handshake does not become whole in time, when nothing happens on it, and when its client takes
 * nothing of what waits for it. Whether a body becomes whole in time is for the route to say, whose answer it is. Used on
 * the connection's event loop but for {@link #waiting} and {@link #cut}.
 */
public final class Door extends ChannelDuplexHandler {
    /** No such moment; times are of {@link System#nanoTime()}. */
    private static final long NONE = Long.MIN_VALUE;

    /** For a client to read the answer to a request whose body is not read to its end. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    private static final String HTTP_1 = "httpDecoder";

    private final Connections all;
    private final String address;
    private @Nullable ChannelHandlerContext context;
    private boolean readWanted;
    private int underWay;
    /** When the head began that is not whole; none while there is none. */
    private long headSince = System.nanoTime();

    private long quietSince = headSince;
    private long closesAt = NONE;
    /** Bytes of answers that HTTP/2 keeps until the client opens its window. */
    private long heldByHttp2;

    private long counted;
    private long stalledSince = NONE;
    private @Nullable Object first;
    private long progress;
    private long heldBefore;
    private volatile long waitingSince = NONE;

    Door(Connections all, String address) {
        this.all = all;
        this.address = address;
    }

    /** Why a connection was cut, as metrics name it. */
    public enum Cut {
        /** A head or a TLS handshake was not whole in time. */
        HEAD,
        /** A body was not whole in time, or was not wanted. */
        BODY,
        /** No request came. */
        IDLE,
        /** Its client took nothing. */
        STALLED,
        /** Bytes had waited longest for it when there were too many. */
        UNREAD_BYTES
    }

    String address() {
        return address;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelRead(ChannelHandlerContext c, Object message) {
        // Frames of HTTP/2 come for other reasons, too.
        if (underWay == 0 && headSince == NONE && c.pipeline().context(HTTP_1) != null) {
            headSince = System.nanoTime();
        }
        c.fireChannelRead(message);
    }

    @Override
    public void read(ChannelHandlerContext c) {
        if (c.channel().isWritable()) {
            c.read();
        } else {
            readWanted = true;
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext c) {
        count();
        if (readWanted && c.channel().isWritable()) {
            readWanted = false;
            c.read();
        }
        c.fireChannelWritabilityChanged();
    }

    @Override
    public void flush(ChannelHandlerContext c) {
        c.flush();
        count();
        if (counted > 0) {
            all.makeRoom(this);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext c) {
        all.left(this);
        c.fireChannelInactive();
        count(0);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext c, Throwable cause) {
        all.failed(cause);
        c.fireExceptionCaught(cause);
    }

    /** A request's head is whole. */
    public void begin() {
        underWay++;
        headSince = NONE;
    }

    /**
     * A request has been answered.
     *
     * @param closes whether the connection ends with it, because the rest of the request is of no use
     */
    public void end(boolean closes) {
        underWay--;
        quietSince = System.nanoTime();
        if (closes && closesAt == NONE) {
            closesAt = quietSince + LINGER.toNanos();
        }
    }

    /** Counts bytes of an answer over HTTP/2; what is returned must be run when the client has them. */
    public Runnable hold(long bytes) {
        heldByHttp2 += bytes;
        count();
        all.makeRoom(this);
        boolean[] held = {true};
        return () -> {
            if (held[0]) {
                held[0] = false;
                heldByHttp2 -= bytes;
                count();
            }
        };
    }

    /** Takes note of what waits now. */
    private void count() {
        ChannelOutboundBuffer out = queue();
        count(out == null ? 0 : out.totalPendingWriteBytes() + heldByHttp2);
    }

    private @Nullable ChannelOutboundBuffer queue() {
        ChannelHandlerContext c = context;
        return c == null ? null : c.channel().unsafe().outboundBuffer();
    }

    private void count(long waiting) {
        long more = waiting - counted;
        if (more != 0) {
            all.unread().change(more);
            if (counted == 0) {
                waitingSince = System.nanoTime();
            } else if (waiting == 0) {
                waitingSince = NONE;
            }
            counted = waiting;
        }
    }

    /** How long something has waited for the client, in nanoseconds; -1 when nothing does. From any thread. */
    long waiting(long now) {
        long since = waitingSince;
        return since == NONE ? -1 : Math.max(0, now - since);
    }

    boolean isOfThisLoop() {
        ChannelHandlerContext c = context;
        return c != null && c.executor().inEventLoop();
    }

    /** Cuts it if something takes too long. */
    void look(DoorSettings settings, long now) {
        count();
        lookAtReader(settings, now);
        if (closesAt != NONE && now - closesAt > 0) {
            cut(Cut.BODY);
        } else if (underWay == 0 && counted == 0) {
            if (headSince != NONE && now - headSince > settings.headTimeout().toNanos()) {
                cut(Cut.HEAD);
            } else if (headSince == NONE
                    && now - quietSince > settings.idleTimeout().toNanos()) {
                cut(Cut.IDLE);
            }
        } else if (underWay == 0) {
            quietSince = now;
        }
    }

    @SuppressWarnings("ReferenceEquality") // another buffer is another one, whatever it holds
    private void lookAtReader(DoorSettings settings, long now) {
        ChannelOutboundBuffer out = queue();
        if (counted == 0 || out == null) {
            stalledSince = NONE;
            first = null;
            return;
        }
        // What is sent now, and how far: more may be written all the time while some is taken.
        boolean moves = out.current() != first || out.currentProgress() != progress || heldByHttp2 != heldBefore;
        first = out.current();
        progress = out.currentProgress();
        heldBefore = heldByHttp2;
        if (moves || stalledSince == NONE) {
            stalledSince = now;
        } else if (now - stalledSince > settings.stall().toNanos()) {
            cut(Cut.STALLED);
        }
    }

    /** Cuts the connection without sending what waits. From any thread. */
    @SuppressWarnings("FutureReturnValueIgnored") // the channel tells when it is closed
    void cut(Cut why) {
        ChannelHandlerContext c = context;
        if (c == null || !c.channel().isOpen()) {
            return;
        }
        if (all.left(this)) {
            all.cut(why);
        }
        // Else the kernel keeps what it holds, and goes on trying to send it.
        c.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        c.close();
    }
}
