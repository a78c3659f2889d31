/**
 * Finds the images that a project names. In: paths, standard input, words of the command line. Out:
 * {@link dev.pullcast.cli.discover.found.Found}. On the command's own thread; reads files and nothing else, no engine
 * and no network. Below it a package for each family of sources.
 */
@NullMarked
package dev.pullcast.cli.discover;

import org.jspecify.annotations.NullMarked;
