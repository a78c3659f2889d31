// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import dev.pullcast.gateway.ops.GatewayMetrics;
import java.time.InstantSource;

/**
 * What all streams use.
 *
 * @param settings their bounds
 * @param metrics where they are counted
 * @param clock for stalls and lifetimes
 */
public record StreamTools(SseSettings settings, GatewayMetrics metrics, InstantSource clock) {}
