// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.view;

import java.time.Instant;
import java.util.List;

/**
 * All that a new subscriber needs before live events; the {@code snapshot} SSE event.
 *
 * @param time when it was taken, UTC
 * @param jobs with their pulls, newest first
 * @param workers sorted by id
 */
public record Snapshot(Instant time, List<JobView> jobs, List<WorkerView> workers) {}
