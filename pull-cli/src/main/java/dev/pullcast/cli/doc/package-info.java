/**
 * What shells and readers need to know of the commands, made of picocli's model of them. In: that model. Out: text. Pure
 * functions on the thread of the command.
 */
@NullMarked
package dev.pullcast.cli.doc;

import org.jspecify.annotations.NullMarked;
