/**
 * Hop 9: events to people and programs, as Server-Sent Events. In: batches of encoded frames from the feed. Out: bytes
 * to each stream, one write per stream and pass over all streams. Runs on the event loops of the HTTP server, one hub each. A slow
 * subscriber costs nobody else: it gets a bounded queue of shared frames in which progress is replaced by newer
 * progress, then is told of a gap, then is cut off, and can come back with its last id.
 */
@NullMarked
package dev.pullcast.gateway.sse;

import org.jspecify.annotations.NullMarked;
