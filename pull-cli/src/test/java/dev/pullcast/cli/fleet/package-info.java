// SPDX-License-Identifier: Apache-2.0
/**
 * What takes long and needs much (JUnit tag {@code fleet}, {@code make test-fleet}): three Kafka brokers, two gateways
 * and three workers, each a process of its own beside a Docker Engine of its own, all on one machine. Processes are killed
 * and started again, and everything is counted from outside: in Kafka, at the registry, and by followers of the streams.
 */
@NullMarked
package dev.pullcast.cli.fleet;

import org.jspecify.annotations.NullMarked;
