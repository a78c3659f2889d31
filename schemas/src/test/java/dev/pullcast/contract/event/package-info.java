/** Tests: Events. */
@NullMarked
package dev.pullcast.contract.event;

import org.jspecify.annotations.NullMarked;
