/** Tests: References and platforms. */
@NullMarked
package dev.pullcast.contract.image;

import org.jspecify.annotations.NullMarked;
