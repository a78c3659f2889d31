/**
 * The log of pulls for people, read from its files. In: a file that its writer sets aside when it is large. Out: lines. On
 * the thread of the command; when the terminal is slow the file waits.
 */
@NullMarked
package dev.pullcast.cli.log;

import org.jspecify.annotations.NullMarked;
