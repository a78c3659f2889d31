/** Tests of the module as a whole. */
@NullMarked
package dev.pullcast.contract;

import org.jspecify.annotations.NullMarked;
