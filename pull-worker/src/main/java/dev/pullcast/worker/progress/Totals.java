// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.progress;

import org.jspecify.annotations.Nullable;

/**
 * The sum over all layers at one moment.
 *
 * @param bytesCurrent bytes downloaded in this attempt, cached layers not counted; never above {@code bytesTotal}. Falls
 *     when an engine throws bytes away to start a layer again
 * @param bytesTotal sizes of the layers to download as far as they are known; null while none is
 * @param percent of the work, 0 to 100 in tenths; never decreases within a pull; 100 only after completion
 * @param layersDone nothing more will happen to them
 * @param layersTotal announced in this attempt
 * @param layersCached of them, there before this pull
 * @param layersDownloaded of them, brought by this pull, all bytes arrived
 * @param bytesPerSecond of download, smoothed; null before it means something and when nothing is left to download
 * @param etaSeconds until the last byte, at this speed; null when it cannot be told
 * @param engineRetry the most retries that the engine made for one layer in this attempt
 */
public record Totals(
        long bytesCurrent,
        @Nullable Long bytesTotal,
        double percent,
        int layersDone,
        int layersTotal,
        int layersCached,
        int layersDownloaded,
        @Nullable Long bytesPerSecond,
        @Nullable Long etaSeconds,
        int engineRetry) {}
