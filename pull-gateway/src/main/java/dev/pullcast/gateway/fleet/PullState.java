// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.fleet;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.view.OverallProgress;
import dev.pullcast.contract.view.PullView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One pull on one worker, as its events tell. Owned by the thread of its {@link FleetView}. */
final class PullState {
    /** Images have 127 layers at most where Docker makes them. */
    private static final int MAX_LAYERS = 1_000;

    private final String worker;
    private final PullEvent.JobPull what;
    private Subject subject;
    private boolean claimed;
    private final Map<String, LayerState> layers = new LinkedHashMap<>();

    private PullView.State state = PullView.State.PENDING;
    private int attempt;
    private double percent;
    private long bytesCurrent;
    private @Nullable Long bytesTotal;
    private int layersDone;
    private int layersTotal;
    private @Nullable Long bytesPerSecond;
    private @Nullable Long etaSeconds;
    private @Nullable String digest;
    private @Nullable FailureReason reason;
    private @Nullable String message;
    private @Nullable String hint;
    private @Nullable Instant notBefore;
    private PullView.Arrival arrival = PullView.Arrival.NONE;
    private @Nullable Instant startedAt;
    private Instant updatedAt;
    private long bytes = Weight.PULL;
    private long layerBytes;

    PullState(String job, @Nullable String project, String worker, PullEvent.JobPull what, Instant since) {
        this.worker = worker;
        this.what = what;
        this.subject = new Subject(
                job,
                project,
                List.of(worker),
                what.image().equals(what.reference())
                        ? List.of(what.image())
                        : List.of(what.image(), what.reference()));
        this.updatedAt = since;
    }

    /** What a layer's newest event said. */
    private static final class LayerState {
        LayerPhase phase = LayerPhase.WAITING;

        @Nullable
        Long current;

        @Nullable
        Long total;

        @Nullable
        Long seconds;
    }

    Subject subject() {
        return subject;
    }

    /** Whose it is, by its own word; until then it is the job's. If two claim it, it is nobody's. */
    void claim(@Nullable String by) {
        if (!Objects.equals(by, subject.project())) {
            subject = new Subject(subject.job(), claimed ? null : by, subject.workers(), subject.images());
        }
        claimed = true;
    }

    /** Memory that it takes besides what it shares with its job, an estimate. */
    long bytes() {
        return bytes;
    }

    /** Size of its view as JSON, an estimate. */
    long jsonBytes() {
        return bytes
                + worker.length()
                + what.image().length()
                + what.reference().length();
    }

    PullView.State state() {
        return state;
    }

    /** What it adds to its job's progress. */
    OverallProgress.Part part() {
        return OverallProgress.Part.of(state, percent, bytesCurrent, bytesTotal);
    }

    /**
     * Takes an event in. The dashboard ({@code pulls.js}) and the command line ({@code Board}) do the same; one table of
     * cases holds all three to it. Once the pull has ended nothing changes it: after a worker's crash its events come again, and
     * the first end counts.
     *
     * @return what the event supersedes, as in {@link Applied#supersedes()}
     */
    @Nullable
    Object apply(PullEvent.OfPull event) {
        if (state.isTerminal()) {
            return null;
        }
        PullOrigin origin = event.origin();
        updatedAt = origin.time();
        if (origin.attempt() > attempt) {
            attempt = origin.attempt();
            layers.clear();
            bytes -= layerBytes;
            layerBytes = 0;
        }
        Object supersedes = take(event, origin);
        if (message != null || hint != null || digest != null) {
            bytes = Weight.PULL + Weight.of(message) + Weight.of(hint) + Weight.of(digest) + layerBytes;
        }
        return supersedes;
    }

    private @Nullable Object take(PullEvent.OfPull event, PullOrigin origin) {
        return switch (event) {
            case PullEvent.Queued _ -> enter(PullView.State.QUEUED);
            case PullEvent.Started _ -> {
                startedAt = startedAt == null ? origin.time() : startedAt;
                layers.clear();
                yield enter(PullView.State.RUNNING);
            }
            case PullEvent.Layer layer -> applyLayer(layer);
            case PullEvent.Progress progress -> applyProgress(progress);
            case PullEvent.Retrying retrying -> {
                enter(PullView.State.RETRYING);
                reason = retrying.reason();
                message = retrying.message();
                notBefore = retrying.notBefore();
                yield null;
            }
            case PullEvent.Succeeded succeeded -> arrive(succeeded);
            case PullEvent.Skipped skipped -> {
                percent = 100;
                digest = skipped.digest();
                yield enter(PullView.State.SKIPPED);
            }
            case PullEvent.Cancelled cancelled -> {
                enter(PullView.State.CANCELLED);
                message = cancelled.message();
                yield null;
            }
            case PullEvent.Failed failed -> {
                enter(PullView.State.FAILED);
                reason = failed.reason();
                message = failed.message();
                hint = failed.hint();
                yield null;
            }
        };
    }

    /** What was said of another state does not hold in this one. */
    private @Nullable Object enter(PullView.State next) {
        state = next;
        reason = null;
        message = null;
        notBefore = null;
        if (next != PullView.State.RUNNING) {
            bytesPerSecond = null;
            etaSeconds = null;
        }
        return null;
    }

    private @Nullable Object arrive(PullEvent.Succeeded event) {
        percent = 100;
        digest = event.digest();
        arrival = PullView.Arrival.of(event);
        bytesTotal = event.bytesDownloaded();
        bytesCurrent = bytesTotal == null ? bytesCurrent : bytesTotal;
        return enter(PullView.State.SUCCEEDED);
    }

    private @Nullable Object applyLayer(PullEvent.Layer event) {
        enter(PullView.State.RUNNING);
        LayerState known = layers.get(event.layer());
        if (known == null && layers.size() >= MAX_LAYERS) {
            return null;
        }
        LayerState layer = known == null ? new LayerState() : known;
        if (known == null) {
            layers.put(event.layer(), layer);
            layerBytes += Weight.LAYER + Weight.of(event.layer());
            bytes += Weight.LAYER + Weight.of(event.layer());
        }
        boolean samePhase = known != null && known.phase == event.phase();
        layer.phase = event.phase();
        layer.current = event.current();
        layer.total = event.total() == null ? layer.total : event.total();
        layer.seconds = event.seconds();
        return samePhase ? layer : null;
    }

    private Object applyProgress(PullEvent.Progress event) {
        enter(PullView.State.RUNNING);
        bytesCurrent = event.bytesCurrent();
        bytesTotal = event.bytesTotal();
        // A worker may write any number; one that is none must not spoil the sum over all pulls.
        double now = event.percent();
        percent = Double.isNaN(now) ? percent : Math.clamp(Math.max(percent, now), 0, 100);
        layersDone = event.layersDone();
        layersTotal = event.layersTotal();
        bytesPerSecond = event.bytesPerSecond();
        etaSeconds = event.etaSeconds();
        return this;
    }

    /** As it is; with its worker lost, an end is not in sight. */
    PullView view(boolean lost) {
        List<PullView.LayerView> shown = new ArrayList<>(layers.size());
        layers.forEach((name, layer) ->
                shown.add(new PullView.LayerView(name, layer.phase, layer.current, layer.total, layer.seconds)));
        return new PullView(
                subject.job(),
                worker,
                what.pull(),
                what.image(),
                what.reference(),
                what.platform(),
                subject.project(),
                lost && !state.isTerminal() ? PullView.State.LOST : state,
                attempt,
                percent,
                bytesCurrent,
                bytesTotal,
                layersDone,
                layersTotal,
                bytesPerSecond,
                etaSeconds,
                shown,
                digest,
                reason,
                message,
                hint,
                notBefore,
                arrival,
                startedAt,
                updatedAt);
    }
}
