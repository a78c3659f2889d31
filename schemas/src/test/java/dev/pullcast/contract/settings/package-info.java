/** Tests of reading settings. */
@NullMarked
package dev.pullcast.contract.settings;

import org.jspecify.annotations.NullMarked;
