/**
 * Hop 7: events to Kafka. In: events of pulls, in order. Out: records on <code>pull.events</code> and, for terminal
 * ones, <code>pull.results</code>. Runs on the worker's context; Kafka's own thread does the sending. When Kafka is
 * slow, byte updates are conflated (newest wins) and everything else is kept; when it is away, all of it waits.
 */
@NullMarked
package dev.pullcast.worker.publish;

import org.jspecify.annotations.NullMarked;
