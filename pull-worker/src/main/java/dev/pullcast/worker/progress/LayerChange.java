// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.progress;

import dev.pullcast.contract.event.LayerPhase;
import org.jspecify.annotations.Nullable;

/**
 * Something about a layer is new.
 *
 * @param layer id as the engine gives it
 * @param phase only advances within (attempt, engineRetry)
 * @param current bytes of this phase; null where unknown; never above {@code total}
 * @param total the layer's size in bytes; null until known; never shrinks
 * @param seconds of extraction, where the engine reports time instead of bytes
 * @param engineRetry how often the engine started this layer again within the attempt, from 0
 * @param phaseChanged whether phase or engineRetry differ from the last change of this layer; else only numbers moved
 */
public record LayerChange(
        String layer,
        LayerPhase phase,
        @Nullable Long current,
        @Nullable Long total,
        @Nullable Long seconds,
        int engineRetry,
        boolean phaseChanged) {}
