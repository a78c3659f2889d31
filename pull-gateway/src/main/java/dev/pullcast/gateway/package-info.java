/**
 * The gateway's process: its settings, its parts and how they start and stop. In: settings. Out: running parts. Starts
 * on the caller's thread and answers with a future; nothing here is on the way of an event.
 */
@NullMarked
package dev.pullcast.gateway;

import org.jspecify.annotations.NullMarked;
