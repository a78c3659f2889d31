/**
 * What a person sees of pulls in a terminal. In: events and snapshots, from whoever reads them. Out: lines of text.
 * All on the thread of the command; {@link dev.pullcast.cli.render.Board} and the displays belong to it. When the
 * terminal is slow, that thread waits while the reader of events goes on. No I/O except in
 * {@link dev.pullcast.cli.render.Terminal}.
 */
@NullMarked
package dev.pullcast.cli.render;

import org.jspecify.annotations.NullMarked;
