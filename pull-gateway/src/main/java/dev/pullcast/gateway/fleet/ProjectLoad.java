// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.fleet;

/**
 * What a project has under way.
 *
 * @param jobs that have not ended
 * @param bytes of memory that these take, an estimate
 * @param pulls of theirs that have not ended
 */
public record ProjectLoad(int jobs, long bytes, long pulls) {
    /** Nothing. */
    public static final ProjectLoad NONE = new ProjectLoad(0, 0, 0);

    /** The sum of both. */
    public ProjectLoad plus(ProjectLoad other) {
        return new ProjectLoad(jobs + other.jobs, bytes + other.bytes, pulls + other.pulls);
    }

    /** The difference of both. */
    public ProjectLoad minus(ProjectLoad other) {
        return new ProjectLoad(jobs - other.jobs, bytes - other.bytes, pulls - other.pulls);
    }
}
