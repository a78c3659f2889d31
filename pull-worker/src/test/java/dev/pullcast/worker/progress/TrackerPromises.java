// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.testkit.ManualClock;
import dev.pullcast.worker.stream.EngineMessage;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a tracker promises for any messages at all, checked after each. */
public final class TrackerPromises {
    private TrackerPromises() {}

    /** One attempt with these messages, and then the success that they may not have announced. */
    public static void check(List<EngineMessage> messages) {
        ProgressTracker tracker = new ProgressTracker();
        Map<String, LayerChange> last = new HashMap<>();
        Instant now = ManualClock.START;
        tracker.beginAttempt(now);
        double percent = 0;
        for (EngineMessage message : messages) {
            now = now.plusMillis(40);
            for (LayerChange change : tracker.on(message, now)) {
                checkChange(change, last.put(change.layer(), change));
            }
            Totals totals = tracker.totals(now);
            assertThat(totals.percent()).isBetween(percent, 99.9);
            percent = totals.percent();
            checkSums(totals);
        }
        assertThat(last).hasSizeLessThanOrEqualTo(ProgressTracker.MAX_LAYERS);
        checkEnd(tracker, now);
    }

    private static void checkSums(Totals totals) {
        assertThat(totals.bytesCurrent()).isNotNegative();
        if (totals.bytesTotal() != null) {
            assertThat(totals.bytesCurrent()).isLessThanOrEqualTo(totals.bytesTotal());
        }
        assertThat(totals.layersDone()).isLessThanOrEqualTo(totals.layersTotal());
        assertThat(totals.layersCached() + totals.layersDownloaded()).isLessThanOrEqualTo(totals.layersTotal());
    }

    private static void checkChange(LayerChange change, @Nullable LayerChange before) {
        if (change.current() != null && change.total() != null) {
            assertThat(change.current()).isLessThanOrEqualTo(change.total());
        }
        if (before == null) {
            assertThat(change.phaseChanged()).isTrue();
            return;
        }
        assertThat(change.engineRetry()).isGreaterThanOrEqualTo(before.engineRetry());
        boolean retried = change.engineRetry() > before.engineRetry();
        if (!retried) {
            assertThat(change.phase()).isGreaterThanOrEqualTo(before.phase());
        }
        assertThat(change.phaseChanged()).isEqualTo(retried || change.phase() != before.phase());
        if (before.total() != null) {
            assertThat(change.total()).isGreaterThanOrEqualTo(before.total());
        }
        assertThat(change).isNotEqualTo(before);
    }

    private static void checkEnd(ProgressTracker tracker, Instant now) {
        Totals end = tracker.complete(now);
        assertThat(end.percent()).isEqualTo(100);
        assertThat(end.layersDone()).isEqualTo(end.layersTotal());
        assertThat(end.layersCached() + end.layersDownloaded()).isEqualTo(end.layersTotal());
        if (end.bytesTotal() != null) {
            assertThat(end.bytesCurrent()).isEqualTo(end.bytesTotal());
        }
        assertThat(end.bytesPerSecond()).isNull();
        assertThat(tracker.layers()).allMatch(layer -> layer.phase().isFinal());
    }
}
