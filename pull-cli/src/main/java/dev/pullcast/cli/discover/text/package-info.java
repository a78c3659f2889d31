/** Sources that are lines of text: lists of references, and Dockerfiles. Pure functions of the text. */
@NullMarked
package dev.pullcast.cli.discover.text;

import org.jspecify.annotations.NullMarked;
