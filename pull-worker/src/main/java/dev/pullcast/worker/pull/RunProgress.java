// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import dev.pullcast.worker.progress.EventThrottle;
import dev.pullcast.worker.progress.ExpectedSizes;
import dev.pullcast.worker.progress.LayerChange;
import dev.pullcast.worker.progress.ProgressTracker;
import dev.pullcast.worker.progress.Totals;
import dev.pullcast.worker.stream.EngineMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The progress of one run, told at a pace for people: phase changes at once, bytes at most once per interval. All fields
 * belong to the worker's context.
 */
final class RunProgress {
    private static final int EXTRACTING_FACTOR = 10;

    private final Timers timers;
    private final Duration interval;
    private final Consumer<PullStep> tell;
    private final EngineWatch watch;
    private final ProgressTracker tracker = new ProgressTracker();
    private final EventThrottle throttle;

    private @Nullable Totals lastTold;
    private boolean ticking;
    private boolean stopped;
    private long timer;

    RunProgress(Timers timers, Duration interval, EngineWatch watch, Consumer<PullStep> tell) {
        this.timers = timers;
        this.interval = interval;
        this.tell = tell;
        this.watch = watch;
        this.throttle = new EventThrottle(interval);
    }

    void beginAttempt() {
        tracker.beginAttempt(timers.instant());
    }

    void on(EngineMessage message) {
        Instant now = timers.instant();
        for (LayerChange change : tracker.on(message, now)) {
            tellLayers(throttle.offer(change, now));
        }
        Instant lastByte = tracker.lastByteAt();
        if (lastByte != null) {
            watch.onByte(lastByte);
        }
        if (!ticking && !stopped) {
            ticking = true;
            timer = timers.after(interval, this::tick);
        }
    }

    /** Enters what the image's manifest says. */
    void expect(ExpectedSizes sizes) {
        if (!stopped) {
            Instant now = timers.instant();
            tracker.expect(sizes).forEach(change -> tellLayers(throttle.offer(change, now)));
            tellTotals(tracker.totals(now));
        }
    }

    boolean lacksSizes() {
        return tracker.lacksSizes();
    }

    private void tick() {
        ticking = false;
        if (!stopped) {
            tellLayers(throttle.due(timers.instant()));
            tellTotals(tracker.totals(timers.instant()));
        }
    }

    /** Tells what has been held back. */
    void flush() {
        if (!stopped) {
            tellLayers(throttle.drain());
            if (lastTold != null || !tracker.layers().isEmpty()) {
                tellTotals(tracker.totals(timers.instant()));
            }
        }
    }

    /** Everything is done: tells of layers that the engine left open, and the final sum. */
    Totals complete() {
        tellLayers(throttle.drain());
        tellLayers(tracker.completeLayers(timers.instant()));
        flush();
        return tracker.totals(timers.instant());
    }

    /** Over all attempts; a byte fetched again counts once. */
    long bytesDownloaded() {
        return tracker.bytesDownloaded();
    }

    void stop() {
        stopped = true;
        if (ticking) {
            timers.cancel(timer);
        }
    }

    private void tellLayers(List<LayerChange> changes) {
        changes.forEach(change -> tell.accept(new PullStep.LayerMoved(change)));
    }

    private void tellTotals(Totals totals) {
        if (!totals.equals(lastTold)) {
            lastTold = totals;
            tell.accept(new PullStep.Moved(totals));
        }
    }

    Totals totals() {
        return tracker.totals(timers.instant());
    }

    List<LayerChange> layers() {
        return tracker.layers();
    }

    int engineRetry() {
        return tracker.totals(timers.instant()).engineRetry();
    }

    /**
     * Whether bytes ought to arrive and none has, on the whole engine, for so long; unpacking may starve downloads, so
     * it is given much more time.
     */
    boolean isStalled(Duration bound, Instant now) {
        if (!tracker.isDownloading()) {
            return false;
        }
        Duration most = tracker.isExtracting() ? bound.multipliedBy(EXTRACTING_FACTOR) : bound;
        return !watch.lastByteAt().plus(most).isAfter(now);
    }

    @Nullable
    Instant lastByteAt() {
        return tracker.lastByteAt();
    }
}
