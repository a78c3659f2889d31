/**
 * Who and how the worker is, for everybody: hello, heartbeat and tombstone on <code>pull.workers</code>; and the guard
 * that no two live workers share an id. Runs on the worker's context. When Kafka is away, only the newest heartbeat
 * matters, so a new one waits until the last was acknowledged.
 */
@NullMarked
package dev.pullcast.worker.presence;

import org.jspecify.annotations.NullMarked;
