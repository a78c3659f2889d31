/**
 * What looking for images finds: images, the places they stand at, and what is wrong with a source. Values, but for
 * {@link dev.pullcast.cli.discover.found.Findings}, which collects them and belongs to one thread.
 */
@NullMarked
package dev.pullcast.cli.discover.found;

import org.jspecify.annotations.NullMarked;
