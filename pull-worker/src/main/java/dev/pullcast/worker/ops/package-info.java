/**
 * Health, readiness and metrics of the worker, on a port of their own. Answers from memory, never waits for Kafka or
 * the engine.
 */
@NullMarked
package dev.pullcast.worker.ops;

import org.jspecify.annotations.NullMarked;
