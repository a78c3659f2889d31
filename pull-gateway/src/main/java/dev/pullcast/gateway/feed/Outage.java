// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import java.time.Instant;

/**
 * Kafka is not there: what is known may be old, and nothing can be asked for.
 *
 * @param since when it was first asked in vain, UTC
 * @param message for anybody: names no address and no setting
 */
public record Outage(Instant since, String message) {}
