// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.progress;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a change becomes an event. Changes of phase pass at once; of mere byte counts at most one per layer and
 * interval passes, and the newest wins. {@code pull.progress} has the same interval of its own.
 *
 * <p>Bounded: at most one waiting change per layer. Not synchronised; no clock inside.
 */
public final class EventThrottle {
    private final Duration interval;
    private final Map<String, Lane> lanes = new LinkedHashMap<>();
    private boolean progressDirty;
    private Instant progressFrom = Instant.EPOCH;

    private static final class Lane {
        private Instant from = Instant.EPOCH;
        private @Nullable LayerChange waiting;
    }

    /**
     * @param interval between two events about bytes of one layer; zero passes everything
     */
    public EventThrottle(Duration interval) {
        this.interval = interval;
    }

    /** Takes a change; returns what is to be told now, in order: the change itself, or nothing yet. */
    public List<LayerChange> offer(LayerChange change, Instant now) {
        progressDirty = true;
        Lane lane = lanes.computeIfAbsent(change.layer(), _ -> new Lane());
        if (!change.phaseChanged() && now.isBefore(lane.from)) {
            lane.waiting = change;
            return List.of();
        }
        // Whatever waited is older than this and says less.
        lane.waiting = null;
        lane.from = now.plus(interval);
        return List.of(change);
    }

    /** What waited long enough. */
    public List<LayerChange> due(Instant now) {
        List<LayerChange> due = new ArrayList<>();
        for (Lane lane : lanes.values()) {
            LayerChange waiting = lane.waiting;
            if (waiting != null && !now.isBefore(lane.from)) {
                due.add(waiting);
                lane.waiting = null;
                lane.from = now.plus(interval);
            }
        }
        return due;
    }

    /** Whether it is time for a {@code pull.progress}: something changed since the last one and the interval is over. */
    public boolean takeProgress(Instant now) {
        if (!progressDirty || now.isBefore(progressFrom)) {
            return false;
        }
        progressDirty = false;
        progressFrom = now.plus(interval);
        return true;
    }

    /** When {@link #due} or {@link #takeProgress} will have something next; null if nothing waits. */
    public @Nullable Instant nextDue() {
        Instant next = progressDirty ? progressFrom : null;
        for (Lane lane : lanes.values()) {
            if (lane.waiting != null && (next == null || lane.from.isBefore(next))) {
                next = lane.from;
            }
        }
        return next;
    }

    /** Everything that waits, at once: before a terminal event. */
    public List<LayerChange> drain() {
        List<LayerChange> all = new ArrayList<>();
        for (Lane lane : lanes.values()) {
            LayerChange waiting = lane.waiting;
            if (waiting != null) {
                all.add(waiting);
                lane.waiting = null;
            }
        }
        return all;
    }

    /** Forgets what waits and all intervals: a new attempt begins. */
    public void reset() {
        lanes.clear();
        progressDirty = false;
        progressFrom = Instant.EPOCH;
    }
}
