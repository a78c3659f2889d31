/** Topologies of containerlab, by themselves and in Clabernetes' resources. Pure functions of the text. */
@NullMarked
package dev.pullcast.cli.discover.containerlab;

import org.jspecify.annotations.NullMarked;
