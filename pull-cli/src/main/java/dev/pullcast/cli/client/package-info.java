/**
 * A gateway as a program sees it: HTTP/1.1 and SSE over a plain, TLS or Unix socket, with nothing but the JDK and the
 * contract, because a command line has to start fast. In: bytes. Out: {@link dev.pullcast.cli.render.Feed}. Blocking:
 * a follower has a thread of its own. When the screen is slow, items wait in memory: what one job sends is bounded by
 * the workers' own throttling.
 */
@NullMarked
package dev.pullcast.cli.client;

import org.jspecify.annotations.NullMarked;
