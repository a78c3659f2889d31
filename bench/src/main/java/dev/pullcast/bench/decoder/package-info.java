/** Reading an engine's stream: the worker's decoder beside docker-java's, from memory. */
@NullMarked
package dev.pullcast.bench.decoder;

import org.jspecify.annotations.NullMarked;
