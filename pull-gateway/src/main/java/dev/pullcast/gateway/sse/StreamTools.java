// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import dev.pullcast.gateway.door.UnreadBytes;
import dev.pullcast.gateway.ops.GatewayMetrics;
import java.time.InstantSource;

/**
 * What all streams use.
 *
 * @param settings their bounds
 * @param metrics where they are counted
 * @param clock for stalls and lifetimes
 * @param unread bytes that wait in this process for clients to take them
 */
public record StreamTools(SseSettings settings, GatewayMetrics metrics, InstantSource clock, UnreadBytes unread) {
    /** With a count of bytes of its own. */
    public StreamTools(SseSettings settings, GatewayMetrics metrics, InstantSource clock) {
        this(settings, metrics, clock, new UnreadBytes(Long.MAX_VALUE));
    }
}
