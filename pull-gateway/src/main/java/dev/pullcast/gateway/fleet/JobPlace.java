// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.fleet;

/**
 * Where a job's events are.
 *
 * @param partition of {@code pull.jobs}, {@code pull.events} and {@code pull.results}: the same number in each
 * @param endOffset offset in {@code pull.events} of the event that ended the job; -1 while it goes on
 */
public record JobPlace(int partition, long endOffset) {
    /** Whether nothing follows. */
    public boolean isFinished() {
        return endOffset >= 0;
    }
}
