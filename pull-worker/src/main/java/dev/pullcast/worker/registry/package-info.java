// SPDX-License-Identifier: Apache-2.0
/**
 * Questions to registries, which strangers may choose: every answer is bounded in bytes, number and time, and no address
 * or login goes where the registry alone says. {@link dev.pullcast.worker.registry.RegistryReader} is the way in. Blocks;
 * for virtual threads.
 */
@NullMarked
package dev.pullcast.worker.registry;

import org.jspecify.annotations.NullMarked;
