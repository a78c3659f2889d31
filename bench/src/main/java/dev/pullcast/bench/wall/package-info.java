/** The processes that {@code bench/pull_vs_docker.py} puts around a worker. */
@NullMarked
package dev.pullcast.bench.wall;

import org.jspecify.annotations.NullMarked;
