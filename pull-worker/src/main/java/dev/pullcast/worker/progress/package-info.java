/**
 * Hop 6: messages become progress.
 *
 * <ul>
 *   <li>In: {@link dev.pullcast.worker.stream.EngineMessage} with the time at which it was read.
 *   <li>Out: {@link dev.pullcast.worker.progress.LayerChange} and {@link dev.pullcast.worker.progress.Totals}, as return
 *       values; {@link dev.pullcast.worker.progress.EventThrottle} decides when they are worth an event.
 *   <li>Thread: pure and unsynchronised; everything of one pull is called by one thread. No clock inside: time is a
 *       parameter.
 *   <li>When the next hop is slow: byte counts of a layer replace each other (the newest wins), changes of phase are all
 *       kept.
 * </ul>
 */
@NullMarked
package dev.pullcast.worker.progress;

import org.jspecify.annotations.NullMarked;
