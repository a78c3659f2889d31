/**
 * Hop 8: events out of Kafka. In: {@code pull.events}, one consumer for everybody; {@code pull.workers}, {@code
 * pull.sets} and {@code pull.jobs} by a second, small one. Out: batches of encoded frames to every listener, and answers about the state.
 * Runs on an event loop of its own; Kafka's clients block only their own threads. A slow listener does not hold it
 * back: batches are handed over, and the listener bounds what it keeps. Kafka away: it is asked every
 * second, listeners are told, and reading goes on by itself.
 */
@NullMarked
package dev.pullcast.gateway.feed;

import org.jspecify.annotations.NullMarked;
