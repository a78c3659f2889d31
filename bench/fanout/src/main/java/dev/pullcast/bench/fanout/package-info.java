/**
 * How many events a second reach how many readers, at what cost: our gateway, a naive one and the bare socket in one
 * run. Every part is a process of its own: the server under test, the readers, and (with broker and producer) the one
 * that measures.
 */
@NullMarked
package dev.pullcast.bench.fanout;

import org.jspecify.annotations.NullMarked;
