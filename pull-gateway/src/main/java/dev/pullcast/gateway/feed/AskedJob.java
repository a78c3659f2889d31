// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import dev.pullcast.contract.job.PullJob;
import java.time.Instant;

/**
 * What the feed takes from a record of {@code pull.jobs}.
 *
 * @param job as asked for
 * @param at when the record was written, UTC
 */
record AskedJob(PullJob job, Instant at) {}
