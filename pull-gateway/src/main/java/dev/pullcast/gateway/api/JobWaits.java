// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.contract.view.JobView;
import dev.pullcast.gateway.feed.EventFeed;
import dev.pullcast.gateway.feed.FeedBatch;
import dev.pullcast.gateway.feed.FeedListener;
import dev.pullcast.gateway.feed.Loss;
import dev.pullcast.gateway.feed.Outage;
import dev.pullcast.gateway.feed.SseFrame;
import dev.pullcast.gateway.feed.WorkerFrames;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Requests that wait for a job's end. One per event loop; everything here happens on that loop. */
final class JobWaits implements FeedListener {
    private final Vertx vertx;
    private final EventFeed feed;
    private final Map<String, List<Promise<Void>>> waiting = new HashMap<>();
    private boolean closed;

    JobWaits(Vertx vertx, EventFeed feed) {
        this.vertx = vertx;
        this.feed = feed;
    }

    /** Begins to listen, on the current context. */
    Future<Void> start() {
        Context context = vertx.getOrCreateContext();
        return feed.listen(context, this);
    }

    /**
     * The job, whole, for whoever has sent it: when it has ended, or as it is when the time is up or the gateway stops;
     * empty if it is not known.
     *
     * @param patience null to wait for as long as it takes
     */
    Future<Optional<JobView>> end(String id, @Nullable Duration patience) {
        Promise<Void> over = Promise.promise();
        // Before the question, so that an end between the two is not missed.
        waiting.computeIfAbsent(id, _ -> new ArrayList<>()).add(over);
        long timer = patience == null ? -1 : vertx.setTimer(Math.max(1, patience.toMillis()), _ -> over.tryComplete());
        feed.ask(state -> state.fleet().place(id)).onComplete(place -> {
            if (closed
                    || place.failed()
                    || place.result().filter(p -> !p.isFinished()).isEmpty()) {
                over.tryComplete();
            }
        });
        return over.future().compose(_ -> {
            vertx.cancelTimer(timer);
            forget(id, over);
            return feed.ask(state -> state.fleet().job(id, _ -> true));
        });
    }

    private void forget(String id, Promise<Void> over) {
        List<Promise<Void>> others = waiting.get(id);
        if (others != null && others.remove(over) && others.isEmpty()) {
            waiting.remove(id);
        }
    }

    @Override
    public void onBatch(FeedBatch batch) {
        if (waiting.isEmpty()) {
            return;
        }
        for (SseFrame frame : batch.frames()) {
            if (frame.endsJob()) {
                List.copyOf(waiting.getOrDefault(frame.subject().job(), List.of()))
                        .forEach(Promise::tryComplete);
            }
        }
    }

    @Override
    public void onWorkers(List<WorkerFrames> workers) {
        // Nobody waits for a worker.
    }

    /** The end may be among what the feed did not read; who waits is told what is known. */
    @Override
    public void onBroken(Loss why) {
        answerAll();
    }

    /** It comes when Kafka is back, or the time is up. */
    @Override
    public void onOutage(@Nullable Outage outage) {
        // Nobody waits for Kafka itself.
    }

    private void answerAll() {
        List.copyOf(waiting.values()).forEach(all -> List.copyOf(all).forEach(Promise::tryComplete));
    }

    /** Answers everybody with what is known. */
    void close() {
        closed = true;
        feed.unlisten(this);
        answerAll();
    }
}
