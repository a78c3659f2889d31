// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import java.util.List;

/**
 * What the feed read at once, for everybody who listens.
 *
 * @param frames in the order of the feed
 * @param after where the feed is now
 * @param cursor the same as a firehose's cursor, ASCII
 */
public record FeedBatch(List<SseFrame> frames, Positions after, String cursor) {}
