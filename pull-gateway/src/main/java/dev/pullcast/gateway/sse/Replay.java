// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.view.WorkerView;
import dev.pullcast.gateway.feed.Cursor;
import dev.pullcast.gateway.feed.CursorWriter;
import dev.pullcast.gateway.feed.EventFeed;
import dev.pullcast.gateway.feed.EventLog;
import dev.pullcast.gateway.feed.EventsRemoved;
import dev.pullcast.gateway.feed.FeedState;
import dev.pullcast.gateway.feed.Loss;
import dev.pullcast.gateway.feed.Positions;
import dev.pullcast.gateway.feed.ReadBack;
import dev.pullcast.gateway.feed.SseFrame;
import dev.pullcast.gateway.ops.GatewayMetrics;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings one subscriber from where it was to now, at its own speed: from the feed's memory, and before that from Kafka
 * where memory does not reach back far enough. Other gateways may have sent events of different partitions in another
 * order, so until it has reached the feed in every partition the subscriber has a cursor of its own.
 */
final class Replay {
    private static final int LOOK = 500;
    /** Bytes of a usual one. */
    private static final int FRAME = 640;

    /** How long a slot is kept while its reader takes nothing. */
    private static final long PATIENCE_MILLIS = 500;
    /** How long a slot is kept while others wait for one. */
    private static final long TURN_NANOS = 2_000_000_000L;

    private final Vertx vertx;
    private final EventFeed feed;
    private final SseHub hub;
    private final SseSubscriber subscriber;
    private final ReadBackSlots slots;
    private final Consumer<Throwable> failure;
    private final GatewayMetrics metrics;
    private final String mark;
    private final CursorWriter cursor;
    /** Workers as the client knows them; null as long as it may know none. */
    private @Nullable Set<WorkerView> told;

    private long sequence = -1;
    private long turnBegan;

    /**
     * A replay that has not begun.
     *
     * @param told workers as the client knows them from a snapshot just sent; null if there was none
     * @param failure is told once what made it end before it had reached the present
     */
    Replay(
            Surroundings around,
            SseSubscriber subscriber,
            Positions from,
            @Nullable Collection<WorkerView> told,
            Consumer<Throwable> failure) {
        this.vertx = around.vertx();
        this.feed = around.feed();
        this.hub = around.hub();
        this.slots = around.slots();
        this.metrics = around.metrics();
        this.subscriber = subscriber;
        this.told = told == null ? null : Set.copyOf(told);
        this.failure = failure;
        this.mark = feed.cluster();
        this.cursor = new CursorWriter(mark, from);
        subscriber.replays(this::place);
    }

    /** What every stream of a hub uses. */
    record Surroundings(
            Vertx vertx,
            EventFeed feed,
            SseHub hub,
            Snapshots snapshots,
            ReadBackSlots slots,
            GatewayMetrics metrics) {}

    /** What the feed answers. */
    private sealed interface Answer {}

    private record Behind(Positions floor) implements Answer {}

    private record Read(EventLog.Slice slice, Positions positions, String cursor, List<WorkerView> workers)
            implements Answer {}

    /** The id with which a client would go on here. */
    private String place() {
        return subscriber.request().scope() instanceof StreamRequest.OneJob job
                ? new Cursor.InPartition(mark, job.partition(), cursor.position(job.partition())).text()
                : new String(cursor.bytes(), StandardCharsets.US_ASCII);
    }

    void step() {
        if (subscriber.isClosed()) {
            return;
        }
        if (isReplaced()) {
            failure.accept(replaced());
            return;
        }
        Positions at = cursor.positions();
        long next = sequence;
        feed.ask(state -> read(state, at, next))
                .onSuccess(answer -> {
                    switch (answer) {
                        case Behind(Positions floor) -> slots.acquire(subscriber.client(), () -> readBack(at, floor));
                        case Read read -> take(read);
                    }
                })
                .onFailure(failure::accept);
    }

    private boolean isReplaced() {
        return !mark.equals(feed.cluster());
    }

    private static EventsRemoved replaced() {
        return new EventsRemoved(Loss.RECREATED, "the topic was made anew");
    }

    private Answer read(FeedState state, Positions at, long next) {
        EventLog log = state.log();
        if (next < 0 || !log.has(next)) {
            if (!log.covers(at)) {
                return new Behind(log.floor());
            }
            next = log.first();
        }
        StreamFilter filter = subscriber.request().filter();
        // Ends of a job are taken even when filtered out: the stream ends there.
        boolean oneJob = subscriber.request().isOneJob();
        EventLog.Slice slice = log.read(
                next,
                frame -> frame.offset() >= at.get(frame.partition())
                        && (filter.matches(frame) || (oneJob && frame.endsJob() && filter.matches(frame.subject()))),
                LOOK);
        return new Read(
                slice,
                state.positions(),
                state.cursor(),
                slice.atEnd() ? state.fleet().workersAndDeparted() : List.of());
    }

    private void take(Read read) {
        sequence = read.slice().next();
        if (write(read.slice().frames())) {
            subscriber.end();
            return;
        }
        if (!read.slice().atEnd()) {
            subscriber.whenRoom(this::step);
        } else if (cursor.positions().reachedBy(read.positions())) {
            attach(read);
        } else {
            // The client saw more at another gateway than this one has read.
            feed.reached(cursor.positions()).onSuccess(_ -> step()).onFailure(failure::accept);
        }
    }

    private void attach(Read read) {
        if (!subscriber.request().isOneJob()) {
            boolean first = told == null;
            tell(read.workers());
            if (first && !subscriber.hasRoom()) {
                // A large fleet's workers take a while, too; what happens meanwhile is replayed as well.
                subscriber.whenRoom(this::step);
                return;
            }
        }
        hub.attach(subscriber, read.positions(), read.cursor());
    }

    private void tell(List<WorkerView> workers) {
        StreamFilter filter = subscriber.request().filter();
        Set<WorkerView> before = told == null ? Set.of() : told;
        ByteArrayOutputStream news = new ByteArrayOutputStream();
        for (WorkerView worker : workers) {
            if (filter.matches(worker) && !before.contains(worker)) {
                news.writeBytes(SseFrame.control("worker", null, ContractJson.write(filter.view(worker))));
            }
        }
        told = Set.copyOf(workers);
        subscriber.write(news.toByteArray());
    }

    /** Returns whether the stream ends with these. */
    private boolean write(List<SseFrame> frames) {
        Piece piece = new Piece(frames);
        try (SharedBytes bytes = SharedBytes.of(FRAME * frames.size(), piece::fill)) {
            if (bytes.length() > 0) {
                subscriber.writeReplayed(bytes, piece.written);
            }
        }
        return piece.ends;
    }

    /** What goes out at once. */
    private final class Piece {
        private final List<SseFrame> frames;
        private int written;
        private boolean ends;

        Piece(List<SseFrame> frames) {
            this.frames = frames;
        }

        void fill(ByteBuf out) {
            boolean oneJob = subscriber.request().isOneJob();
            for (SseFrame frame : frames) {
                cursor.advance(frame.partition(), frame.offset() + 1);
                if (subscriber.request().filter().matches(frame)) {
                    if (oneJob) {
                        frame.append(out, true);
                    } else {
                        frame.appendWithId(out, cursor.bytes());
                    }
                    written++;
                }
                if (oneJob && frame.endsJob()) {
                    ends = true;
                    return;
                }
            }
        }
    }

    private void readBack(Positions at, Positions floor) {
        metrics.readBacks().increment();
        turnBegan = System.nanoTime();
        ReadBack reader = feed.readBack(at, floor);
        reader.open().onSuccess(_ -> pump(reader)).onFailure(cause -> finish(reader, cause));
    }

    private void pump(ReadBack reader) {
        if (subscriber.isClosed() || reader.isDone()) {
            finish(reader, null);
            return;
        }
        if (isReplaced()) {
            finish(reader, replaced());
            return;
        }
        reader.next()
                .onSuccess(frames -> {
                    Positions at = cursor.positions();
                    StreamFilter filter = subscriber.request().filter();
                    boolean ends = write(frames.stream()
                            .filter(f -> f.offset() >= at.get(f.partition()) && filter.matches(f.subject()))
                            .toList());
                    reader.advance(cursor);
                    if (ends) {
                        subscriber.end();
                    }
                    goOn(reader);
                })
                .onFailure(cause -> finish(reader, cause));
    }

    /** Others get the slot while this one's reader takes nothing, and when its turn is over. */
    private void goOn(ReadBack reader) {
        if (!subscriber.isClosed() && !subscriber.hasRoom()) {
            boolean[] given = {false};
            long timer = vertx.setTimer(PATIENCE_MILLIS, _ -> {
                given[0] = true;
                giveBack(reader);
            });
            subscriber.whenRoom(() -> {
                if (given[0]) {
                    step();
                } else {
                    vertx.cancelTimer(timer);
                    pump(reader);
                }
            });
        } else if (System.nanoTime() - turnBegan > TURN_NANOS && slots.isWaitedFor(subscriber.client())) {
            finish(reader, null);
        } else {
            pump(reader);
        }
    }

    private void giveBack(ReadBack reader) {
        reader.close();
        slots.release(subscriber.client());
        sequence = -1;
    }

    private void finish(ReadBack reader, @Nullable Throwable cause) {
        giveBack(reader);
        if (cause != null) {
            failure.accept(cause);
        } else {
            step();
        }
    }
}
