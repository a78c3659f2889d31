/**
 * One class a command: options in, an exit code out. A command parses and delegates; what it delegates to is loaded only
 * when it runs, because {@code pullcast --version} has no Vert.x on its class path. No foreign type in the signature of
 * a method or field here: picocli reflects on these classes.
 */
@NullMarked
package dev.pullcast.cli.command;

import org.jspecify.annotations.NullMarked;
