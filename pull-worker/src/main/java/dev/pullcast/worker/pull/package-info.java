/**
 * Hop 3: a pull from its first step to its terminal event. In: a {@link dev.pullcast.worker.pull.PullSpec}. Out: steps
 * to every follower, which {@link dev.pullcast.worker.pull.PullReporter} makes events of. Runs on the worker's context,
 * without locks. Nothing here waits for the next hop: events are handed on and conflated there.
 */
@NullMarked
package dev.pullcast.worker.pull;

import org.jspecify.annotations.NullMarked;
