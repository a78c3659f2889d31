// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.progress;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an image's manifest says of its blobs, before the engine tells it. Keys are as engines name layers in a pull: the
 * first twelve hexadecimal digits of the digest.
 *
 * @param layers bytes of each layer, compressed, as they are downloaded
 * @param config the image's configuration, which some engines announce like a layer and none counts as one
 */
public record ExpectedSizes(Map<String, Long> layers, String config) {
    private static final int ID_LENGTH = 12;

    /** Settles the map. */
    public ExpectedSizes {
        layers = Map.copyOf(layers);
    }

    /**
     * From whole digests.
     *
     * @param layers bytes by {@code sha256:…}
     * @param config {@code sha256:…}
     */
    public static ExpectedSizes ofDigests(Map<String, Long> layers, String config) {
        Map<String, Long> byId = new LinkedHashMap<>();
        layers.forEach((digest, bytes) -> byId.put(id(digest), bytes));
        return new ExpectedSizes(byId, id(config));
    }

    private static String id(String digest) {
        String hex = digest.substring(digest.indexOf(':') + 1);
        return hex.substring(0, Math.min(ID_LENGTH, hex.length()));
    }
}
