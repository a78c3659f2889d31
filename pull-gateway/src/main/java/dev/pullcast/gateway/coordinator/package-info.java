// SPDX-License-Identifier: Apache-2.0
/**
 * Hop 1: a job becomes tasks, and their results become the end of the job.
 *
 * <p>In: {@code pull.jobs}, {@code pull.results}, {@code pull.workers}; {@code pull.tasks} only to rebuild. Out: {@code
 * pull.tasks}, {@code job.*} on {@code pull.events} and {@code pull.results}, {@code pull.rejected}; nothing else
 * writes these. Thread: one of its own, {@code coordinator}, and one that only reads heartbeats; never an event loop. When Kafka is slow or gone it waits,
 * and nothing is lost: what it has read and what it has written for it are one transaction.
 *
 * <p>{@link dev.pullcast.gateway.coordinator.JobLedger} decides, without I/O and without a clock; {@code Session} moves
 * records; {@code Restore} reads the state back when a partition changes its owner. See
 * docs/decisions/001-coordinator.md for why this is not Kafka Streams.
 */
@NullMarked
package dev.pullcast.gateway.coordinator;

import org.jspecify.annotations.NullMarked;
