/** Measurements: how each is made stands in {@code bench/README.md}. */
@NullMarked
package dev.pullcast.bench;

import org.jspecify.annotations.NullMarked;
