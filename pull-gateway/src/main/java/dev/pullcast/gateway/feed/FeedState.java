// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import dev.pullcast.gateway.fleet.FleetView;

/**
 * What the feed knows at one moment; only valid within {@link EventFeed#ask}.
 *
 * @param fleet the state that all events add up to
 * @param log the newest events
 * @param positions where the feed is
 * @param cursor the same as a firehose's cursor
 */
public record FeedState(FleetView fleet, EventLog log, Positions positions, String cursor) {}
