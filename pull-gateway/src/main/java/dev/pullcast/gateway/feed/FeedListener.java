// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

/** Somebody who gets every batch, on the context named when listening. */
public interface FeedListener {
    /** The next events. Called in order. */
    void onBatch(FeedBatch batch);

    /** A worker changed; no event of the log, so no cursor moves. */
    void onWorker(WorkerFrames worker);

    /**
     * The feed itself lost its place, because retention overtook it. Streams must end, so that clients come back with
     * their cursor and are told what they missed.
     */
    void onBroken();
}
