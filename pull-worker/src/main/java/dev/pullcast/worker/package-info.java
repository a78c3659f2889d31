/**
 * The worker: a job's task comes in, an engine pulls, events go out. The packages are the hops of that way:
 * {@code intake} (2), {@code pull} (3), {@code engine} (4), {@code stream} (5), {@code progress} (6), {@code publish} (7);
 * beside them {@code presence} and {@code ops}. Everything but Kafka's own threads runs on one Vert.x context.
 */
@NullMarked
package dev.pullcast.worker;

import org.jspecify.annotations.NullMarked;
