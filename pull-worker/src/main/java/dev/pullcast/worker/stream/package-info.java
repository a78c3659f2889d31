/**
 * Hop 5: the engine's stream of JSON becomes messages.
 *
 * <ul>
 *   <li>In: the body of the answer to {@code POST /images/create}, in whatever pieces the socket gives.
 *   <li>Out: {@link dev.pullcast.worker.stream.EngineMessage}, one per JSON object, in order, on the caller's thread.
 *   <li>Thread: one decoder belongs to one HTTP answer and is called by one thread (the event loop that reads it).
 *   <li>When the next hop is slow: it must not be. Nothing is queued here; the next hop ({@code progress}) is pure
 *       arithmetic and conflates.
 * </ul>
 */
@NullMarked
package dev.pullcast.worker.stream;

import org.jspecify.annotations.NullMarked;
