// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What stays of a job after its end. Its fields stand in the job's own JSON object.
 *
 * @param ttlSecondsAfterFinished how long gateways show the job after its end; null for as long as they have room
 * @param keep whether its images are a standing set: given to workers that come later, and looked at again and again
 *     until the job is cancelled
 * @param refreshSeconds how often a standing set is looked at again; null for {@link #DEFAULT_REFRESH_SECONDS}
 * @param removeOnExpiry whether workers remove what a standing set brought once it is cancelled, unless a container uses
 *     it or something else names it
 * @param set the standing set that this job was made for, by the coordinator; null for others. The coordinator rejects a
 *     job that is not word for word what that set gives
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
public record Keeping(
        @Nullable Integer ttlSecondsAfterFinished,
        boolean keep,
        @Nullable Integer refreshSeconds,
        boolean removeOnExpiry,
        @Nullable String set) {
    /** A job of which nothing stays. */
    public static final Keeping NONE = new Keeping(null, false, null, false, null);

    /** Once a day. */
    public static final int DEFAULT_REFRESH_SECONDS = 24 * 3600;

    /** How often a standing set is looked at again. */
    public int everySeconds() {
        return refreshSeconds == null ? DEFAULT_REFRESH_SECONDS : refreshSeconds;
    }
}
