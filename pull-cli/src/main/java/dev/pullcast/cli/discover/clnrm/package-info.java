/** Test definitions of clnrm. Pure functions of the text. */
@NullMarked
package dev.pullcast.cli.discover.clnrm;

import org.jspecify.annotations.NullMarked;
