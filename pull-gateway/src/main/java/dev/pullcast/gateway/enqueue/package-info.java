/**
 * Hop 0: jobs into Kafka. In: validated jobs and cancels from the HTTP API. Out: records on {@code pull.jobs}, answered
 * only when acknowledged by all in-sync replicas. Called on event loops; the producer has its own thread. Kafka slow or
 * away: the future fails within a few seconds and the caller is told to try again.
 */
@NullMarked
package dev.pullcast.gateway.enqueue;

import org.jspecify.annotations.NullMarked;
