// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Somebody who gets every batch, on the context named when listening. */
public interface FeedListener {
    /** The next events. Called in order. */
    void onBatch(FeedBatch batch);

    /** Workers changed; no event of the log, so no cursor moves. */
    void onWorkers(List<WorkerFrames> workers);

    /**
     * The feed itself lost its place. Streams must begin anew, so that clients are told that they missed something.
     */
    void onBroken(Loss why);

    /**
     * Kafka went away or is back. Back means that all that was there then has been read, and handed over before.
     *
     * @param outage null when it is over
     */
    void onOutage(@Nullable Outage outage);
}
