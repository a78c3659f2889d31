// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.event;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Where a layer is on its way. Phases only advance within one attempt and engine retry: the order of the constants is
 * the order in time. A layer may skip phases.
 */
public enum LayerPhase {
    /** Announced; no byte of it has moved yet. */
    @JsonProperty("waiting")
    WAITING,
    /** Its bytes are arriving. */
    @JsonProperty("downloading")
    DOWNLOADING,
    /** All bytes arrived, their digest is being computed. */
    @JsonProperty("verifying")
    VERIFYING,
    /** All bytes arrived and are right. */
    @JsonProperty("downloaded")
    DOWNLOADED,
    /** Being unpacked into the engine's store. */
    @JsonProperty("extracting")
    EXTRACTING,
    /** Downloaded by this pull and in the engine's store. */
    @JsonProperty("complete")
    COMPLETE,
    /** Was in the engine's store before this pull. */
    @JsonProperty("cached")
    CACHED;

    /** Whether nothing more will happen to the layer in this attempt. */
    public boolean isFinal() {
        return this == COMPLETE || this == CACHED;
    }

    /** Whether all its bytes have arrived. */
    public boolean hasAllBytes() {
        return compareTo(VERIFYING) >= 0;
    }
}
