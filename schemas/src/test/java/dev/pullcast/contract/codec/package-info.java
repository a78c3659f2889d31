/** Tests of reading and writing. */
@NullMarked
package dev.pullcast.contract.codec;

import org.jspecify.annotations.NullMarked;
