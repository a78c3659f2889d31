/**
 * Pulls without a gateway: the worker's own code in this process, no Kafka. In: names of images. Out:
 * {@link dev.pullcast.cli.render.Feed}. The pulls belong to one Vert.x context, the screen to the command's thread; a
 * screen that is slow loses updates of progress, never an end, and the engine's stream is read on.
 */
@NullMarked
package dev.pullcast.cli.local;

import org.jspecify.annotations.NullMarked;
