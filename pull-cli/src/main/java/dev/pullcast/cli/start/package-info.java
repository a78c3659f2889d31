/**
 * What makes the command start fast, run once after a build by {@code scripts/aot}: class files that the JVM can keep in
 * its AOT cache, and a rehearsal from which it learns what to keep. Nothing here runs when a user's command does.
 */
@NullMarked
package dev.pullcast.cli.start;

import org.jspecify.annotations.NullMarked;
