// SPDX-License-Identifier: Apache-2.0
/**
 * A Kafka broker inside this process, for {@code pullcast up} and for tests. It is no hop: it stands between all of
 * them.
 *
 * <p>In: a folder. Out: bootstrap servers on the loopback interface. Threads: Kafka's own, some seventy; starting and
 * closing block the caller and do not belong on an event loop. Slow clients are Kafka's business.
 *
 * <p>Kafka logs through slf4j and is talkative. A program that embeds it sets the loggers {@code kafka},
 * {@code org.apache.kafka} and {@code state.change.logger} to WARN or ERROR in its own logback configuration.
 */
@NullMarked
package dev.pullcast.standalone;

import org.jspecify.annotations.NullMarked;
