/** Configuration as operators write it: environment variables, files, keys and defaults. */
@NullMarked
package dev.pullcast.contract.settings;

import org.jspecify.annotations.NullMarked;
