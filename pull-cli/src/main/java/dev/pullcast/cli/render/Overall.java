// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import org.jspecify.annotations.Nullable;

/**
 * How far all pulls of a job are.
 *
 * @param percent by bytes where sizes are known, else by images; 0 to 100
 * @param bytesCurrent loaded so far
 * @param bytesTotal to load; null while the size of one image is not known
 * @param bytesKnown whether any engine told bytes
 */
public record Overall(
        double percent, long bytesCurrent, @Nullable Long bytesTotal, boolean bytesKnown) {
    /** The bytes for people: {@code 78.0/264 MB}. */
    String bytes() {
        if (bytesTotal != null) {
            return Text.bytesOf(bytesCurrent, bytesTotal);
        }
        return bytesKnown ? Text.bytes(bytesCurrent) : "unknown";
    }
}
