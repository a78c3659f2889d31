// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import dev.pullcast.contract.view.Snapshot;
import dev.pullcast.contract.view.WorkerView;
import dev.pullcast.gateway.door.UnreadBytes;
import dev.pullcast.gateway.feed.Cursor;
import dev.pullcast.gateway.feed.EventFeed;
import dev.pullcast.gateway.feed.FeedState;
import dev.pullcast.gateway.feed.Positions;
import dev.pullcast.gateway.fleet.JobPlace;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Snapshots of streams that begin: those that want the same get the same one, until an event is read. Where many bytes
 * wait for clients they share one for {@value #SHARED_MILLIS} ms, whatever happens meanwhile. What a stream has missed is
 * replayed from the feed's memory. One per event loop.
 */
final class Snapshots {
    private static final long SHARED_MILLIS = 1_000;

    private final Vertx vertx;
    private final EventFeed feed;
    private final UnreadBytes unread;
    private final Map<StreamGroup.Key, Future<Taken>> newest = new HashMap<>();

    Snapshots(Vertx vertx, EventFeed feed, UnreadBytes unread) {
        this.vertx = vertx;
        this.feed = feed;
        this.unread = unread;
    }

    /**
     * A snapshot of a moment.
     *
     * @param shared as bytes
     * @param workers that it shows, in full
     * @param positions up to which it has read
     * @param cursor of those
     * @param job where the only job is, if the stream is of one
     */
    record Taken(
            SharedSnapshot shared,
            List<WorkerView> workers,
            Positions positions,
            String cursor,
            Optional<JobPlace> job) {}

    /** What the feed answers. */
    private record Now(Snapshot snapshot, Positions positions, String cursor, Optional<JobPlace> job) {}

    /**
     * A snapshot for a stream, which retains it if it keeps it beyond the handler. Whether it is of this very moment is
     * for the caller to see: it has not been complete before.
     *
     * @param read positions of the newest event; one before it will do only where many bytes wait for clients
     */
    Future<Taken> of(StreamRequest request, Positions read) {
        StreamGroup.Key key = new StreamGroup.Key(request.filter().ofSnapshot(), request.scope());
        Future<Taken> known = newest.get(key);
        if (known != null
                && (!known.isComplete()
                        || unread.isPressed()
                        || known.result().positions().equals(read))) {
            return known;
        }
        Future<Taken> taken = feed.ask(state -> now(state, request)).map(now -> encode(now, request));
        newest.put(key, taken);
        taken.onComplete(result -> {
            if (result.failed()) {
                newest.remove(key, taken);
                return;
            }
            vertx.setTimer(SHARED_MILLIS, _ -> {
                newest.remove(key, taken);
                result.result().shared().release();
            });
        });
        return taken;
    }

    private static Now now(FeedState state, StreamRequest request) {
        return switch (request.scope()) {
            case StreamRequest.Firehose _ ->
                new Now(
                        state.fleet().snapshot(request.filter()::matches, request.filter()::matches),
                        state.positions(),
                        state.cursor(),
                        Optional.empty());
            case StreamRequest.OneJob job ->
                new Now(
                        state.fleet().snapshotOf(job.id(), request.filter()::matches),
                        state.positions(),
                        state.cursor(),
                        state.fleet().place(job.id()));
        };
    }

    private Taken encode(Now now, StreamRequest request) {
        Snapshot whole = now.snapshot();
        Snapshot visible = new Snapshot(
                whole.time(),
                whole.jobs(),
                whole.workers().stream().map(request.filter()::view).toList(),
                whole.jobsOmitted(),
                whole.workersOmitted());
        String id = switch (request.scope()) {
            case StreamRequest.Firehose _ -> now.cursor();
            case StreamRequest.OneJob job ->
                new Cursor.InPartition(feed.cluster(), job.partition(), next(now.job(), now.positions(), job)).text();
        };
        return new Taken(
                SharedSnapshot.of(id, visible, unread), whole.workers(), now.positions(), now.cursor(), now.job());
    }

    /** Where a job's stream goes on after its snapshot: a finished job's at the event that ended it. */
    static long next(Optional<JobPlace> place, Positions positions, StreamRequest.OneJob job) {
        return place.filter(JobPlace::isFinished)
                .map(JobPlace::endOffset)
                .orElseGet(() -> positions.get(job.partition()));
    }

    /** Forgets what it knows: the feed's place was lost. */
    void forget() {
        newest.clear();
    }
}
