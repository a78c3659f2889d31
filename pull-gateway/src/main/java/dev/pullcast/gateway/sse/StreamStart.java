// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.view.WorkerView;
import dev.pullcast.gateway.feed.Cursor;
import dev.pullcast.gateway.feed.EventFeed;
import dev.pullcast.gateway.feed.EventsRemoved;
import dev.pullcast.gateway.feed.Loss;
import dev.pullcast.gateway.feed.Positions;
import dev.pullcast.gateway.feed.SseFrame;
import dev.pullcast.gateway.fleet.JobPlace;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The first moments of a stream: with a snapshot, or where the client was. Whatever it begins with, the stream becomes
 * live in the very task that handles the feed's last answer, so that nothing falls between the two.
 */
final class StreamStart {
    private final Replay.Surroundings around;
    private final EventFeed feed;
    private final SseHub hub;
    private final SseSubscriber subscriber;
    private final StreamRequest request;
    /** Past the end of a finished job of which only the end is still read; null otherwise. */
    private @Nullable Cursor pastTheEnd;

    StreamStart(Replay.Surroundings around, SseSubscriber subscriber) {
        this.around = around;
        this.feed = around.feed();
        this.hub = around.hub();
        this.subscriber = subscriber;
        this.request = subscriber.request();
    }

    /** Why a cursor cannot be honoured. */
    private enum Reset {
        OTHER_CLUSTER("other-cluster", "the id is of another Kafka cluster, or of a topic that was made anew since"),
        OTHER_STREAM("other-stream", "the id is of another stream"),
        EXPIRED("expired", "the events after the id are no longer kept"),
        RECREATED("recreated", "the topic was deleted and made anew; what it held is gone"),
        AHEAD("ahead", "the id is after the end of the log");

        final String wireName;
        final String message;

        Reset(String wireName, String message) {
            this.wireName = wireName;
            this.message = message;
        }
    }

    void begin() {
        switch (request.start()) {
            case StreamRequest.Fresh _ -> fresh();
            case StreamRequest.Resume(Cursor cursor) -> resume(cursor);
            case StreamRequest.Since since ->
                feed.kafka()
                        .since(feed.eventPartitions(), since.time().toEpochMilli())
                        .map(offsets -> feed.positions(offsets))
                        .onSuccess(positions -> replay(wanted(positions)))
                        .onFailure(this::fail);
        }
    }

    /** Begins anew for a live subscriber, because the feed itself has lost its place. */
    void beginAnew(Loss why) {
        reset(resetFor(why));
    }

    private static Reset resetFor(Loss why) {
        return switch (why) {
            case EXPIRED -> Reset.EXPIRED;
            case RECREATED -> Reset.RECREATED;
        };
    }

    private void fresh() {
        Future<Snapshots.Taken> taken = around.snapshots().of(request, hub.positions());
        boolean isOfNow = !taken.isComplete();
        taken.onSuccess(snapshot -> begin(snapshot, isOfNow)).onFailure(this::fail);
    }

    private void begin(Snapshots.Taken taken, boolean isOfNow) {
        if (request.scope() instanceof StreamRequest.OneJob job
                && taken.job().filter(JobPlace::isFinished).isPresent()) {
            // A finished job's stream still ends with the event that ended it: what waits for it must see it.
            long next = Snapshots.next(taken.job(), taken.positions(), job);
            pastTheEnd = new Cursor.InPartition(feed.cluster(), job.partition(), next + 1);
            subscriber.send(
                    taken.shared(),
                    _ -> replay(Positions.only(job.partition(), next, feed.partitions()), taken.workers()));
        } else {
            subscriber.send(taken.shared(), atOnce -> goOn(taken, isOfNow && atOnce));
        }
    }

    /**
     * After a snapshot. One that the socket could not take at once, or that was taken for another stream a moment ago, is
     * followed by what has happened since: a large fleet's events would otherwise fill the queue meanwhile, and the
     * answer to the gap would be another snapshot.
     */
    private void goOn(Snapshots.Taken taken, boolean isOfNow) {
        if (isOfNow && subscriber.hasRoom()) {
            hub.attach(subscriber, taken.positions(), taken.cursor());
        } else {
            Replay replay = new Replay(around, subscriber, wanted(taken.positions()), taken.workers(), this::broken);
            subscriber.whenRoom(replay::step);
        }
    }

    private void resume(Cursor cursor) {
        if (!cursor.cluster().equals(feed.cluster())) {
            reset(Reset.OTHER_CLUSTER);
            return;
        }
        Optional<Positions> found = positionsOf(cursor);
        if (found.isEmpty()) {
            reset(Reset.OTHER_STREAM);
            return;
        }
        Positions from = found.get();
        check(from)
                .onSuccess(problem -> problem.ifPresentOrElse(this::reset, () -> replay(from)))
                .onFailure(this::fail);
    }

    private Optional<Positions> positionsOf(Cursor cursor) {
        return switch (cursor) {
            case Cursor.Everywhere all ->
                all.positions().size() > feed.partitions() ? Optional.empty() : Optional.of(wanted(all.positions()));
            case Cursor.InPartition one ->
                request.scope() instanceof StreamRequest.OneJob job && one.partition() == job.partition()
                        ? Optional.of(Positions.only(job.partition(), one.next(), feed.partitions()))
                        : Optional.empty();
        };
    }

    /** The positions that matter to this stream. */
    private Positions wanted(Positions all) {
        return switch (request.scope()) {
            case StreamRequest.Firehose _ -> all.resized(feed.partitions());
            case StreamRequest.OneJob job ->
                Positions.only(job.partition(), all.get(job.partition()), feed.partitions());
        };
    }

    /** Asks Kafka only if the feed cannot tell by itself. */
    private Future<Optional<Reset>> check(Positions from) {
        record Known(boolean reached, boolean covered) {}
        return feed.ask(state ->
                        new Known(from.reachedBy(state.positions()), state.log().covers(from)))
                .compose(known -> {
                    if (!known.reached()) {
                        return feed.kafka()
                                .ends(feed.eventPartitions())
                                .map(ends -> from.reachedBy(feed.positions(ends))
                                        ? Optional.<Reset>empty()
                                        : Optional.of(Reset.AHEAD));
                    }
                    if (!known.covered()) {
                        return feed.kafka()
                                .beginnings(feed.eventPartitions())
                                .map(begin -> from.isBefore(feed.positions(begin))
                                        ? Optional.of(Reset.EXPIRED)
                                        : Optional.<Reset>empty());
                    }
                    return Future.succeededFuture(Optional.empty());
                });
    }

    private void reset(Reset reason) {
        around.metrics().resets().increment();
        Map<String, String> body = new LinkedHashMap<>();
        body.put("reason", reason.wireName);
        body.put("message", reason.message);
        subscriber.write(SseFrame.control("reset", null, ContractJson.write(body)));
        fresh();
    }

    private void replay(Positions from) {
        new Replay(around, subscriber, from, null, this::broken).step();
    }

    private void replay(Positions from, List<WorkerView> told) {
        new Replay(around, subscriber, from, told, this::broken).step();
    }

    private void broken(Throwable failure) {
        Cursor end = pastTheEnd;
        if (!(failure instanceof EventsRemoved removed)) {
            // What was replayed until now has told the client where it is.
            hub.cut(subscriber, failure);
        } else if (end != null) {
            // The snapshot has said how the job ended. With this id the client is answered 204 and stays away.
            subscriber.write((":\nid: " + end.text() + "\n\n").getBytes(StandardCharsets.US_ASCII));
            subscriber.end();
        } else {
            reset(resetFor(removed.why()));
        }
    }

    private void fail(Throwable failure) {
        hub.failed(subscriber, failure, this::begin);
    }
}
