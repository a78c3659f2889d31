/**
 * The state that events add up to, for snapshots and the HTTP API. In: events, jobs and heartbeats as the feed reads
 * them. Out: views. Runs on the feed's event loop and never waits: pure memory.
 */
@NullMarked
package dev.pullcast.gateway.fleet;

import org.jspecify.annotations.NullMarked;
