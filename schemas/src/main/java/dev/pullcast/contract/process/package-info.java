/** Health of a service's process: event loops that do not run any longer, memory that is used up. */
@NullMarked
package dev.pullcast.contract.process;

import org.jspecify.annotations.NullMarked;
