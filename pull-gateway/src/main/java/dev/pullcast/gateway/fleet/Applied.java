// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.fleet;

import org.jspecify.annotations.Nullable;

/**
 * What an event meant to the state that it changed.
 *
 * @param subject what it is about
 * @param supersedes a thing whose older progress this event makes pointless: two events with the same instance here
 *     (compared by identity) say the same thing at different times, and only the newest matters to somebody who is
 *     behind. Null for every event that must be seen
 * @param endsJob whether nothing follows for this job
 */
public record Applied(Subject subject, @Nullable Object supersedes, boolean endsJob) {}
