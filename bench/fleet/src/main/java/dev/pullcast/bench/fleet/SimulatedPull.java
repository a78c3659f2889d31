// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.fleet;

import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.job.TaskRecord;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One pull as a worker would tell of it, whose engine plays a script: two layers, of which each waits, downloads in
 * three steps, is unpacked and complete, and the sum after every step. {@link #EVENTS} events, each made when it is its turn.
 */
final class SimulatedPull {
    /** From {@code pull.queued} to {@code pull.succeeded}. */
    static final int EVENTS = 21;

    private static final String DIGEST = "sha256:" + "5".repeat(64);
    private static final long LAYER = 48L * 1024 * 1024;
    private static final List<String> LAYERS = List.of("4f4fb700ef54", "c1ec31eb5944");
    /** What is said of each layer, one after the other; null for the sum of both. */
    private static final List<@Nullable LayerPhase> STEPS = Arrays.asList(
            LayerPhase.WAITING,
            LayerPhase.DOWNLOADING,
            null,
            LayerPhase.DOWNLOADING,
            LayerPhase.DOWNLOADING,
            null,
            LayerPhase.DOWNLOADED,
            LayerPhase.EXTRACTING,
            LayerPhase.COMPLETE);

    private final TaskRecord.PullTask task;
    private final TaskRecord.TaskPull pull;
    private final String incarnation;
    private int seq;

    SimulatedPull(TaskRecord.PullTask task, TaskRecord.TaskPull pull, String incarnation) {
        this.task = task;
        this.pull = pull;
        this.incarnation = incarnation;
    }

    /** Where its events stand. */
    int partition() {
        return task.jobPartition();
    }

    /** The next event, as of now; the last one is terminal. */
    PullEvent.OfPull next(Instant now) {
        int index = seq++;
        PullOrigin origin = new PullOrigin(
                task.job(),
                task.worker(),
                pull.pull(),
                incarnation,
                pull.image(),
                pull.reference(),
                pull.platform(),
                pull.project(),
                index == 0 ? 0 : 1,
                0,
                seq,
                now);
        if (index == 0) {
            return new PullEvent.Queued(origin);
        }
        if (index == 1) {
            return new PullEvent.Started(origin);
        }
        if (index == EVENTS - 1) {
            return new PullEvent.Succeeded(origin, DIGEST, null, 2 * LAYER, 0, 2, 12, 40_000, 2_000);
        }
        int step = index - 2;
        int layer = step / STEPS.size();
        return step(origin, layer, step % STEPS.size());
    }

    private static PullEvent.OfPull step(PullOrigin origin, int layer, int step) {
        long done = LAYER * Math.min(step, 6) / 6;
        LayerPhase phase = STEPS.get(step);
        if (phase == null) {
            long sum = layer * LAYER + done;
            return new PullEvent.Progress(
                    origin,
                    sum,
                    2 * LAYER,
                    sum * 100.0 / (2 * LAYER),
                    layer,
                    2,
                    9_000_000L,
                    (2 * LAYER - sum) / 9_000_000);
        }
        return new PullEvent.Layer(origin, LAYERS.get(layer), phase, done, LAYER, null);
    }
}
