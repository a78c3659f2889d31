// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.fleet;

import org.jspecify.annotations.Nullable;

/**
 * Where a job's events are, and what it was.
 *
 * @param partition of {@code pull.jobs}, {@code pull.events} and {@code pull.results}: the same number in each
 * @param project whom the job belongs to; null for nobody, several, or not known yet
 * @param endOffset offset in {@code pull.events} of the event that ended the job; {@link #GOES_ON} while it goes on
 * @param content fingerprint of what was asked for; null where only its events are known
 */
public record JobPlace(
        int partition,
        @Nullable String project,
        long endOffset,
        @Nullable String content) {
    /** Instead of the offset of its end. */
    static final long GOES_ON = -1;

    /** The same without its end. */
    JobPlace goingOn() {
        return new JobPlace(partition, project, GOES_ON, content);
    }

    /** Whether nothing follows. */
    public boolean isFinished() {
        return endOffset >= 0;
    }

    /** Whether the same id was given to a job that asks for something else. */
    public boolean isOf(String otherContent) {
        return content == null || content.equals(otherContent);
    }
}
