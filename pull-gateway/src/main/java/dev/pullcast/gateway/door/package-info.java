/**
 * Bounds of what clients may hold: connections, time, bytes of requests that have not come whole, and bytes of answers
 * that are not read. Works on Netty's channels below HTTP, so that one rule holds for every route and version.
 */
@NullMarked
package dev.pullcast.gateway.door;

import org.jspecify.annotations.NullMarked;
