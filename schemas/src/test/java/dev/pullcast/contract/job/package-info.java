/** Tests: Jobs. */
@NullMarked
package dev.pullcast.contract.job;

import org.jspecify.annotations.NullMarked;
