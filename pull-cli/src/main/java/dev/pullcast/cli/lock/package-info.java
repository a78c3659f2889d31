/**
 * Digests that images must have. In: a lock file, and pulls that have ended. Out: the same pulls, failed where their
 * digest is another one, and a lock file. On the command's thread; reads and writes one small file.
 */
@NullMarked
package dev.pullcast.cli.lock;

import org.jspecify.annotations.NullMarked;
