/** The {@code pullcast} command: parses the command line and delegates. Its thread is the process's first. */
@NullMarked
package dev.pullcast.cli;

import org.jspecify.annotations.NullMarked;
