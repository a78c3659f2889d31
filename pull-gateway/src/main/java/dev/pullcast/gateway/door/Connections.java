// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.door;

import dev.pullcast.gateway.ops.GatewayMetrics;
import io.micrometer.core.instrument.Counter;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** All connections of this process and their bounds. Safe from any thread. */
public final class Connections {
    /** Bytes that are read at once: what pipelined requests in them are answered with is many times as much. */
    private static final int READ = 8 * 1024;

    private final DoorSettings settings;
    private final GatewayMetrics metrics;
    private final Consumer<Throwable> fatal;
    private final UnreadBytes unread;
    private final BodyBudget bodies;
    private final Set<Door> open = ConcurrentHashMap.newKeySet();
    private final Map<Door.Cut, Counter> cuts = new EnumMap<>(Door.Cut.class);
    private final AddressCount byAddress = new AddressCount();

    /**
     * With none.
     *
     * @param fatal is given what a connection failed with, to look for a lack of memory
     */
    public Connections(DoorSettings settings, GatewayMetrics metrics, Consumer<Throwable> fatal) {
        this.settings = settings;
        this.metrics = metrics;
        this.fatal = fatal;
        this.unread = new UnreadBytes(settings.maxUnreadBytes());
        this.bodies = new BodyBudget(settings.maxBodyBytes());
        for (Door.Cut why : Door.Cut.values()) {
            cuts.put(why, metrics.connectionsCut(why.name().toLowerCase(Locale.ROOT)));
        }
        metrics.connections(open, Set::size);
        metrics.unreadBytes(unread, UnreadBytes::now);
        metrics.bodyBytes(bodies, BodyBudget::used);
    }

    /** The bounds. */
    public DoorSettings settings() {
        return settings;
    }

    /** Bytes of answers that wait. */
    public UnreadBytes unread() {
        return unread;
    }

    /** Bytes of requests. */
    public BodyBudget bodies() {
        return bodies;
    }

    /** For the pipeline of a listening channel: closes at once what is above the bounds, and bounds what is let in. */
    public ChannelHandler listener() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                if (message instanceof Channel channel && !enter(channel)) {
                    metrics.connectionsRefused().increment();
                    // It has no event loop yet, so it cannot be closed in the usual way.
                    channel.unsafe().closeForcibly();
                } else {
                    context.fireChannelRead(message);
                }
            }
        };
    }

    private boolean enter(Channel channel) {
        String address = addressOf(channel);
        long most = settings.maxPerAddress() == 0 ? Long.MAX_VALUE : settings.maxPerAddress();
        if (open.size() >= settings.maxConnections() || !byAddress.tryAdd(address, 1, most)) {
            return false;
        }
        Door door = new Door(this, address);
        open.add(door);
        channel.config()
                .setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator(512, 2048, READ).maxMessagesPerRead(1));
        channel.pipeline().addLast(door);
        // Also when it never becomes active.
        channel.closeFuture().addListener(_ -> left(door));
        return true;
    }

    private static String addressOf(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : "";
    }

    /** Forgets one; returns whether it was there. */
    boolean left(Door door) {
        boolean known = open.remove(door);
        if (known) {
            byAddress.remove(door.address(), 1);
        }
        return known;
    }

    void cut(Door.Cut why) {
        Objects.requireNonNull(cuts.get(why)).increment();
    }

    void failed(Throwable cause) {
        fatal.accept(cause);
    }

    /** Cuts what takes too long among the connections of the event loop that calls. */
    public void look() {
        long now = System.nanoTime();
        for (Door door : open) {
            if (door.isOfThisLoop()) {
                door.look(settings, now);
            }
        }
    }

    /** Where too many bytes wait, cuts the connection for which they have waited longest; never the one that asks. */
    public void makeRoom(@Nullable Door asking) {
        if (!unread.isFull()) {
            return;
        }
        long now = System.nanoTime();
        Door slowest = null;
        long longest = -1;
        for (Door door : open) {
            long waiting = door.waiting(now);
            if (door != asking && waiting > longest) {
                longest = waiting;
                slowest = door;
            }
        }
        if (slowest != null) {
            slowest.cut(Door.Cut.UNREAD_BYTES);
        }
    }
}
