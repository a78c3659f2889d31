// SPDX-License-Identifier: Apache-2.0
/**
 * What a fleet costs one gateway: simulated workers that speak the contract in a few processes, a broker and the real
 * gateway in one each, and a client of the event stream that times every event. See {@code make bench-fleet}.
 */
@NullMarked
package dev.pullcast.bench.fleet;

import org.jspecify.annotations.NullMarked;
