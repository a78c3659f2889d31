// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.worker.engine.PullFailure;
import dev.pullcast.worker.progress.LayerChange;
import dev.pullcast.worker.progress.Totals;
import dev.pullcast.worker.publish.EventPublisher;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** Makes events of a pull's steps, in the name of one job. All fields belong to the worker's context. */
public final class PullReporter implements PullFollower {
    private final PullSpec spec;
    private final Identity identity;
    private final InstantSource clock;
    private final EventPublisher publisher;
    private final Promise<PullEvent.OfPull> ended = Promise.promise();
    private final Promise<Void> published = Promise.promise();
    private final Instant queuedAt;

    private Instant startedAt;
    private long seq;

    /**
     * Who reports.
     *
     * @param worker its id
     * @param incarnation this run of its process
     */
    public record Identity(String worker, String incarnation) {}

    /** Publishes {@code pull.queued} at once. */
    public PullReporter(PullSpec spec, Identity identity, InstantSource clock, EventPublisher publisher) {
        this.spec = spec;
        this.identity = identity;
        this.clock = clock;
        this.publisher = publisher;
        this.queuedAt = clock.instant();
        this.startedAt = queuedAt;
        publish(new PullEvent.Queued(origin(0, 0)));
    }

    /** What is reported on. */
    public PullSpec spec() {
        return spec;
    }

    /** Completes with the terminal event as soon as it is known. */
    public Future<PullEvent.OfPull> ended() {
        return ended.future();
    }

    /** Completes when the terminal event can no longer be lost. */
    public Future<Void> published() {
        return published.future();
    }

    @Override
    public void on(PullStep step, int attempt, int engineRetry) {
        if (ended.future().isComplete()) {
            return;
        }
        if (step instanceof PullStep.Started && startedAt.equals(queuedAt)) {
            startedAt = clock.instant();
        }
        PullEvent.OfPull event = eventOf(step, origin(attempt, engineRetry));
        if (event.isTerminal()) {
            ended.complete(event);
        }
        publish(event).onSuccess(_ -> {
            if (event.isTerminal()) {
                published.tryComplete();
            }
        });
    }

    private Future<Void> publish(PullEvent.OfPull event) {
        return publisher.publish(event, spec.partition());
    }

    private PullEvent.OfPull eventOf(PullStep step, PullOrigin origin) {
        return switch (step) {
            case PullStep.Started() -> new PullEvent.Started(origin);
            case PullStep.LayerMoved(LayerChange change) ->
                new PullEvent.Layer(
                        origin, change.layer(), change.phase(), change.current(), change.total(), change.seconds());
            case PullStep.Moved(Totals totals) -> progress(origin, totals);
            case PullStep.Retrying(PullFailure failure, Duration delay, Instant notBefore) ->
                new PullEvent.Retrying(
                        origin,
                        failure.reason(),
                        failure.message(),
                        delay.toMillis() / 1000.0,
                        notBefore.truncatedTo(ChronoUnit.MILLIS));
            case PullStep.Succeeded succeeded -> succeeded(origin, succeeded);
            case PullStep.Skipped skipped -> new PullEvent.Skipped(origin, skipped.digest());
            case PullStep.Failed(PullFailure failure) ->
                new PullEvent.Failed(
                        origin,
                        failure.reason(),
                        failure.retryable(),
                        origin.attempt(),
                        failure.message(),
                        failure.hint());
            case PullStep.Cancelled(String message) -> new PullEvent.Cancelled(origin, message);
        };
    }

    private static PullEvent.Progress progress(PullOrigin origin, Totals totals) {
        return new PullEvent.Progress(
                origin,
                totals.bytesCurrent(),
                totals.bytesTotal(),
                totals.percent(),
                totals.layersDone(),
                totals.layersTotal(),
                totals.bytesPerSecond(),
                totals.etaSeconds());
    }

    private PullEvent.Succeeded succeeded(PullOrigin origin, PullStep.Succeeded step) {
        Totals totals = step.totals();
        return new PullEvent.Succeeded(
                origin,
                step.digest(),
                step.previousDigest(),
                step.bytesDownloaded(),
                totals.layersCached(),
                totals.layersDownloaded(),
                Duration.between(queuedAt, startedAt).toMillis(),
                step.download().toMillis(),
                step.extract().toMillis());
    }

    private PullOrigin origin(int attempt, int engineRetry) {
        return new PullOrigin(
                spec.job(),
                identity.worker(),
                spec.pull(),
                identity.incarnation(),
                spec.image(),
                spec.reference().canonical(),
                spec.platform(),
                spec.project(),
                attempt,
                engineRetry,
                ++seq,
                clock.instant().truncatedTo(ChronoUnit.MILLIS));
    }
}
