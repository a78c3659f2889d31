/**
 * A log of pulls for people, beside the events for programs. In: the events that are published. Out: lines in a file
 * that rotates by size. The worker's context makes the lines, a thread of its own writes them; when the disk is slow,
 * lines about bytes are dropped, never those about results.
 */
@NullMarked
package dev.pullcast.worker.log;

import org.jspecify.annotations.NullMarked;
