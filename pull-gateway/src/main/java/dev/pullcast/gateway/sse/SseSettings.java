// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import java.time.Duration;

/**
 * Bounds of every stream.
 *
 * @param heartbeat between signs of life
 * @param maxLifetime after which a stream ends and the client comes back, give or take a tenth
 * @param stall how long a subscriber may read nothing while something waits for it
 * @param queueFrames that wait for one subscriber at most
 * @param queueBytes that wait for one subscriber at most, besides what its socket holds
 * @param sendBufferBytes that the kernel holds for one connection; it may take twice as much
 * @param maxSubscribers in this process
 * @param readBacks at once per event loop
 */
public record SseSettings(
        Duration heartbeat,
        Duration maxLifetime,
        Duration stall,
        int queueFrames,
        long queueBytes,
        int sendBufferBytes,
        int maxSubscribers,
        int readBacks) {}
