// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import dev.pullcast.cli.render.PullLine.Progress;
import dev.pullcast.cli.render.PullLine.Status;
import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.contract.view.OverallProgress;
import dev.pullcast.contract.view.PullView;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * All pulls of one job, folded from its events; the first terminal event of a pull counts, what comes after it is
 * ignored. Owned by one thread.
 */
public final class Board {
    private final Map<PullLine.Key, PullLine> lines = new LinkedHashMap<>();
    private final Set<String> workers = new HashSet<>();
    private final UnaryOperator<PullLine> judge;
    private double reached;

    /** Takes every pull's own word for how it ended. */
    public Board() {
        this(UnaryOperator.identity());
    }

    /**
     * With somebody who has the last word.
     *
     * @param judge gets each pull that has ended, once, and may give it another end
     */
    public Board(UnaryOperator<PullLine> judge) {
        this.judge = judge;
    }

    /** Takes the pulls that a job was accepted with, so that those of silent workers are shown too. */
    public void expect(List<String> ofWorkers, List<PullEvent.JobPull> pulls) {
        workers.addAll(ofWorkers);
        for (String worker : ofWorkers) {
            for (PullEvent.JobPull pull : pulls) {
                lines.computeIfAbsent(
                        new PullLine.Key(worker, pull.pull()), key -> pending(key, pull.image(), pull.platform()));
            }
        }
    }

    /** Takes a job's current state, as a snapshot has it. What is shown never falls behind what was shown. */
    public void accept(JobView job) {
        expect(job.workers(), job.images());
        List<PullView> pulls = job.pulls();
        if (pulls != null) {
            for (PullView pull : pulls) {
                workers.add(pull.worker());
                lines.merge(new PullLine.Key(pull.worker(), pull.pull()), lineOf(pull), this::newer);
            }
        }
    }

    /** Takes an event of the job. */
    public void accept(PullEvent event) {
        switch (event) {
            case PullEvent.OfPull pull -> {
                workers.add(pull.origin().worker());
                lines.compute(
                        new PullLine.Key(pull.origin().worker(), pull.origin().pull()), (key, old) -> {
                            PullLine line = old != null
                                    ? old
                                    : pending(
                                            key,
                                            pull.origin().image(),
                                            pull.origin().platform());
                            return line.isDone() ? line : judged(next(line, pull));
                        });
            }
            case PullEvent.JobAccepted accepted -> expect(accepted.workers(), accepted.pulls());
            case PullEvent.JobRejected _, PullEvent.JobCompleted _, PullEvent.ImageRemoved _, PullEvent.Unknown _ -> {}
        }
    }

    /** One of them; null if nothing was heard of it. */
    @Nullable
    PullLine line(PullLine.Key key) {
        return lines.get(key);
    }

    /** Whether a worker must be named to tell pulls apart. */
    boolean hasManyWorkers() {
        return workers.size() > 1;
    }

    /** The pulls in the order in which they became known. */
    public List<PullLine> lines() {
        return List.copyOf(lines.values());
    }

    /** How far all of them are; the percentage is never less than it was. */
    public Overall overall() {
        OverallProgress all = new OverallProgress();
        boolean known = false;
        for (PullLine line : lines.values()) {
            all.add(line.part());
            known |= line.progress().bytesCurrent() > 0 || line.progress().layersTotal() == 0;
        }
        reached = Math.max(reached, all.percent());
        return new Overall(reached, all.bytesCurrent(), all.bytesTotal(), known);
    }

    /** Whether there is at least one pull and nothing follows for any. */
    public boolean isDone() {
        return !lines.isEmpty() && lines.values().stream().allMatch(PullLine::isDone);
    }

    /** Whether there is at least one pull and every image is on its engine. */
    public boolean isComplete() {
        return !lines.isEmpty() && lines.values().stream().allMatch(PullLine::isPresent);
    }

    private static PullLine pending(PullLine.Key key, String image, @Nullable String platform) {
        return new PullLine(key, image, platform, new Status.Pending(), Progress.NONE, Map.of(), null, null);
    }

    private PullLine judged(PullLine line) {
        return line.isDone() ? judge.apply(line) : line;
    }

    private PullLine newer(PullLine shown, PullLine read) {
        if (shown.isDone()) {
            return shown;
        }
        Instant startedAt = shown.startedAt() != null ? shown.startedAt() : read.startedAt();
        double percent = Math.max(shown.progress().percent(), read.progress().percent());
        return judged(new PullLine(
                read.key(),
                read.image(),
                read.platform(),
                read.status(),
                read.progress().withPercent(percent),
                read.layers(),
                startedAt,
                read.endedAt()));
    }

    private static PullLine next(PullLine line, PullEvent.OfPull event) {
        PullOrigin origin = event.origin();
        return switch (event) {
            case PullEvent.Queued _ ->
                with(line, new Status.Queued(), line.progress().standing(), line.layers(), origin);
            case PullEvent.Started _ -> with(line, new Status.Running(), line.progress(), Map.of(), origin);
            case PullEvent.Layer layer ->
                with(line, new Status.Running(), line.progress(), with(line.layers(), layer), origin);
            case PullEvent.Progress p -> with(line, new Status.Running(), progress(line, p), line.layers(), origin);
            case PullEvent.Retrying r ->
                with(
                        line,
                        new Status.Retrying(r.reason(), r.notBefore()),
                        line.progress().standing(),
                        line.layers(),
                        origin);
            case PullEvent.Succeeded s ->
                ended(
                        line,
                        new Status.Succeeded(s.digest(), s.bytesDownloaded(), s.layersCached(), s.layersDownloaded()),
                        origin,
                        Duration.ofMillis(s.downloadMillis() + s.extractMillis()));
            case PullEvent.Skipped s -> ended(line, new Status.Skipped(s.digest()), origin, null);
            case PullEvent.Failed f -> ended(line, new Status.Failed(f.reason(), f.message(), f.hint()), origin, null);
            case PullEvent.Cancelled c -> ended(line, new Status.Cancelled(c.message()), origin, null);
        };
    }

    private static Progress progress(PullLine line, PullEvent.Progress p) {
        return new Progress(
                Math.max(line.progress().percent(), p.percent()),
                p.bytesCurrent(),
                p.bytesTotal(),
                p.layersDone(),
                p.layersTotal(),
                p.bytesPerSecond(),
                p.etaSeconds());
    }

    private static Map<String, PullLine.Layer> with(Map<String, PullLine.Layer> layers, PullEvent.Layer event) {
        Map<String, PullLine.Layer> result = new LinkedHashMap<>(layers);
        PullLine.Layer before = layers.get(event.layer());
        Long total = event.total() == null && before != null ? before.total() : event.total();
        result.put(event.layer(), new PullLine.Layer(event.phase(), event.current(), total));
        return result;
    }

    private static PullLine with(
            PullLine line, Status status, Progress progress, Map<String, PullLine.Layer> layers, PullOrigin origin) {
        Instant startedAt = line.startedAt() != null ? line.startedAt() : origin.time();
        return new PullLine(line.key(), line.image(), line.platform(), status, progress, layers, startedAt, null);
    }

    private static PullLine ended(PullLine line, Status status, PullOrigin origin, @Nullable Duration took) {
        Instant startedAt = took != null ? origin.time().minus(took) : line.startedAt();
        return new PullLine(
                line.key(),
                line.image(),
                line.platform(),
                status,
                line.progress().at(status),
                line.layers(),
                startedAt != null ? startedAt : origin.time(),
                origin.time());
    }

    private static PullLine lineOf(PullView view) {
        Map<String, PullLine.Layer> layers = new LinkedHashMap<>();
        view.layers()
                .forEach(layer ->
                        layers.put(layer.layer(), new PullLine.Layer(layer.phase(), layer.current(), layer.total())));
        return new PullLine(
                new PullLine.Key(view.worker(), view.pull()),
                view.image(),
                view.platform(),
                statusOf(view),
                new Progress(
                        view.percent(),
                        view.bytesCurrent(),
                        view.bytesTotal(),
                        view.layersDone(),
                        view.layersTotal(),
                        view.bytesPerSecond(),
                        view.etaSeconds()),
                layers,
                startedAt(view),
                view.state().isTerminal() ? view.updatedAt() : null);
    }

    private static Status statusOf(PullView view) {
        return switch (view.state()) {
            case PENDING -> new Status.Pending();
            case QUEUED -> new Status.Queued();
            case RUNNING, LOST -> new Status.Running();
            case RETRYING -> new Status.Retrying(view.reason(), view.notBefore());
            case SUCCEEDED -> succeeded(view);
            case SKIPPED -> new Status.Skipped(view.digest());
            case FAILED ->
                new Status.Failed(
                        view.reason() != null ? view.reason() : FailureReason.ENGINE_ERROR,
                        view.message() != null ? view.message() : "",
                        view.hint() != null ? view.hint() : "");
            case CANCELLED -> new Status.Cancelled(view.message() != null ? view.message() : "");
        };
    }

    private static Status succeeded(PullView view) {
        Integer cached = view.arrival().layersCached();
        Integer downloaded = view.arrival().layersDownloaded();
        return new Status.Succeeded(
                view.digest(),
                view.bytesTotal() == null ? null : Long.valueOf(view.bytesCurrent()),
                cached == null ? 0 : cached,
                downloaded == null ? 0 : downloaded);
    }

    /** As {@link #ended} has it, for what has arrived. */
    private static @Nullable Instant startedAt(PullView view) {
        Long download = view.arrival().downloadMillis();
        Long extract = view.arrival().extractMillis();
        return download == null || extract == null
                ? view.startedAt()
                : view.updatedAt().minusMillis(download + extract);
    }
}
