/**
 * {@code pullcast up}: broker, gateway and worker in one process. It is no hop; it starts all of them in order and stops
 * them in the reverse, on the command's thread and on that of the shutdown hook.
 */
@NullMarked
package dev.pullcast.cli.standalone;

import org.jspecify.annotations.NullMarked;
