// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the feed takes from a record of {@code pull.jobs}.
 *
 * @param id of the job
 * @param project whom it belongs to, or null
 * @param labels the job's own
 * @param at when the record was written, UTC
 */
record AskedJob(String id, @Nullable String project, Map<String, String> labels, Instant at) {}
