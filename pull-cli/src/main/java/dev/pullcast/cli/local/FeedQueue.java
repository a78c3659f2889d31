// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.local;

import dev.pullcast.cli.render.Feed;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.worker.publish.EventPublisher;
import io.vertx.core.Future;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** From the pulls to the screen. Never waits: updates of progress are left out while the screen is far behind. */
final class FeedQueue implements EventPublisher {
    private final int bound;
    private final Runnable onFailure;
    private final BlockingQueue<Feed> queue = new LinkedBlockingQueue<>();
    private volatile boolean failure;

    /**
     * An empty one.
     *
     * @param bound with so many items waiting, progress is left out
     * @param onFailure called after each pull that failed
     */
    FeedQueue(int bound, Runnable onFailure) {
        this.bound = bound;
        this.onFailure = onFailure;
    }

    /** Whether any pull has failed so far. */
    boolean hasFailure() {
        return failure;
    }

    BlockingQueue<Feed> queue() {
        return queue;
    }

    void end() {
        queue.add(new Feed.End(null));
    }

    @Override
    public Future<Void> publish(PullEvent.OfPull event, int partition) {
        boolean canBeLeftOut = switch (event) {
            case PullEvent.Progress _, PullEvent.Layer _ -> true;
            case PullEvent.Queued _,
                    PullEvent.Started _,
                    PullEvent.Retrying _,
                    PullEvent.Succeeded _,
                    PullEvent.Skipped _,
                    PullEvent.Failed _,
                    PullEvent.Cancelled _ -> false;
        };
        if (!canBeLeftOut || queue.size() < bound) {
            queue.add(new Feed.Event(event));
        }
        if (event instanceof PullEvent.Failed) {
            failure = true;
            onFailure.run();
        }
        return Future.succeededFuture();
    }
}
