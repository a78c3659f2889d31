// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import java.util.Map;

/**
 * One image.
 *
 * @param layers bytes by digest, in the manifest's order
 * @param config digest of the configuration
 */
public record ImageManifest(Map<String, Long> layers, String config) {}
