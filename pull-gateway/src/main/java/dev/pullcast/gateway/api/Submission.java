// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.codec.JobContent;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.JobRecord;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.view.JobOptions;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.gateway.enqueue.JobPublisher;
import dev.pullcast.gateway.feed.EventFeed;
import dev.pullcast.gateway.feed.FeedState;
import dev.pullcast.gateway.fleet.JobPlace;
import dev.pullcast.gateway.ops.GatewayMetrics;
import dev.pullcast.gateway.security.ProjectScope;
import dev.pullcast.gateway.tenants.FleetKey;
import dev.pullcast.gateway.tenants.QuotaMeter;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A job's way from a request into Kafka: is there room, is its id free, does every replica have it. Used on event loops.
 */
record Submission(EventFeed feed, JobPublisher publisher, Load load, GatewayMetrics metrics, InstantSource clock) {
    private static final Logger LOG = LoggerFactory.getLogger(Submission.class);

    /** What became of a job. */
    sealed interface Result {}

    /**
     * Kafka has it.
     *
     * @param job as it is now
     * @param repeated whether an earlier request had brought it
     */
    record Taken(JobView job, boolean repeated) implements Result {}

    /** Kafka does not have it, or has another one of that id. */
    record Refused(Problem problem) implements Result {}

    /**
     * Brings it there. The feed must have caught up.
     *
     * @param keyed whether its id comes from an {@link IdempotencyKey}: then all that is in Kafka now is read before
     *     anything is written, and a second job of that id is a mistake of the client's
     * @param writable where its sender may enqueue
     */
    Future<Result> submit(PullJob job, boolean keyed, ProjectScope writable) {
        Optional<String> foreign = foreignTo(writable, job);
        if (foreign.isPresent()) {
            metrics.jobsRefused().increment();
            return Future.succeededFuture(new Refused(Problem.of(403, foreign.get())));
        }
        List<String> notAllowed = load.tenants().images().refusals(job);
        if (!notAllowed.isEmpty()) {
            metrics.refused("policy").increment();
            metrics.jobsRefused().increment();
            return Future.succeededFuture(
                    new Refused(Problem.of(403, "The job names images that are not allowed.", notAllowed)));
        }
        String content = JobContent.fingerprint(job);
        Future<Optional<JobPlace>> before = keyed
                ? FeedReady.find(feed, job.id(), ProjectScope.ALL)
                : feed.ask(state -> state.fleet().place(job.id()));
        return before.compose(place -> {
                    // The very same job is its sender's, also one of several projects.
                    if (place.filter(p -> !writable.covers(p.project()) && !(p.content() != null && p.isOf(content)))
                            .isPresent()) {
                        return Future.succeededFuture(other(job, keyed));
                    }
                    return place.filter(p -> p.content() != null)
                            .map(known -> repeated(job, known, content, keyed))
                            .orElseGet(() -> enter(job, content, keyed, writable));
                })
                .recover(failure -> Future.succeededFuture(unacknowledged(job, keyed, failure)))
                .onSuccess(result -> {
                    if (result instanceof Refused) {
                        metrics.jobsRefused().increment();
                    }
                });
    }

    /** The key that ids are made with; once the feed has caught up it is there. */
    FleetKey fleetKey() {
        return Objects.requireNonNull(load.fleetKey(), "the feed has not caught up");
    }

    /** The job, for the only project that its sender has where it names none. */
    static PullJob owned(PullJob job, ProjectScope writable) {
        return job.project() == null ? writable.only().map(job::withProject).orElse(job) : job;
    }

    /** Why a job is not within what its sender may enqueue; empty if it is. */
    private static Optional<String> foreignTo(ProjectScope writable, PullJob job) {
        if (job.project() != null && !writable.covers(job.project())) {
            return Optional.of(
                    "project: you may not enqueue in " + job.project() + "; you may in " + writable.text() + ".");
        }
        for (ImageRequest image : job.images()) {
            String project = image.project() == null ? job.project() : image.project();
            if (!writable.covers(project)) {
                return Optional.of(
                        project == null
                                ? "project: say which of yours this is for: " + writable.text() + "."
                                : "images: you may not enqueue in " + project + "; you may in " + writable.text()
                                        + ".");
            }
        }
        return Optional.empty();
    }

    private Future<Result> repeated(PullJob job, JobPlace known, String content, boolean keyed) {
        return known.isOf(content)
                ? feed.ask(state -> state.fleet().job(job.id(), _ -> true))
                        .map(view -> view.<Result>map(v -> new Taken(v, true))
                                .orElseGet(() -> new Refused(Problem.of(
                                        409,
                                        "This is the job " + job.id()
                                                + ", which has ended so long ago that it is no longer kept."))))
                : Future.succeededFuture(other(job, keyed));
    }

    private static Result other(PullJob job, boolean keyed) {
        return new Refused(
                keyed
                        ? Problem.of(
                                422,
                                "This " + IdempotencyKey.HEADER
                                        + " came before with a request for something else; use another key for it.")
                        : Problem.of(
                                409,
                                "The id " + job.id() + " belongs to an earlier job that asks for something else; give"
                                        + " every job its own.",
                                List.of("id: " + job.id() + " is in use")));
    }

    private Future<Result> enter(PullJob job, String content, boolean keyed, ProjectScope writable) {
        return feed.ask(state -> state.fleet().demand(job)).compose(demand -> {
            Optional<JobLoad.Refusal> full = load.jobs().enter(demand);
            if (full.isPresent()) {
                metrics.refused(full.get().quota()).increment();
                return Future.succeededFuture(
                        new Refused(Problem.of(429, full.get().text())));
            }
            // Only of what is let in: what there is no room for must not use up the minute.
            Optional<QuotaMeter.Refusal> used =
                    load.meter().take(demand.loads().keySet(), ContractJson.write(job).length, clock.instant());
            if (used.isPresent()) {
                load.jobs().leave(demand);
                metrics.refused(used.get().quota()).increment();
                return Future.succeededFuture(new Refused(
                        Problem.tooMany(used.get().text(), used.get().retryAfter())));
            }
            return publish(job, content, keyed, writable)
                    .onComplete(_ -> load.jobs().leave(demand));
        });
    }

    private Future<Result> publish(PullJob job, String content, boolean keyed, ProjectScope writable) {
        return reachable()
                .compose(_ -> publisher.publish(job))
                // Kafka has it: that the feed is behind does not make the job a lost one.
                .compose(written ->
                        feed.reachedJob(written.partition(), written.offset()).otherwiseEmpty())
                .compose(_ -> feed.ask(state -> look(state, job, content, keyed, writable)));
    }

    /**
     * Writes what is to be done with a job: a cancel or a pause.
     *
     * @param partition that the job stands in
     */
    Future<Void> order(JobRecord order, int partition) {
        return reachable().compose(_ -> publisher.publish(order, partition)).mapEmpty();
    }

    /** Nobody is kept waiting for what is known to be away, and no record is left behind that may still get there. */
    private Future<Void> reachable() {
        return feed.outage() == null ? Future.succeededFuture() : Future.failedFuture(FeedReady.whyNot(feed));
    }

    private Result look(FeedState state, PullJob job, String content, boolean keyed, ProjectScope writable) {
        if (!state.fleet().place(job.id()).map(p -> p.isOf(content)).orElse(true)) {
            return other(job, keyed);
        }
        return new Taken(
                state.fleet()
                        .job(job.id(), subject -> writable.covers(subject.project()))
                        .orElseGet(() -> pending(job)),
                false);
    }

    private Result unacknowledged(PullJob job, boolean keyed, Throwable failure) {
        LOG.warn("job {} was not acknowledged by Kafka: {}", job.id(), failure.toString());
        return new Refused(Problem.of(
                503,
                "Kafka did not acknowledge the job. Try again with "
                        + (keyed ? "the same " + IdempotencyKey.HEADER : "the id " + job.id())
                        + ": the same twice is one job."));
    }

    private JobView pending(PullJob job) {
        return new JobView(
                job.id(),
                JobView.State.PENDING,
                job.soleProject(),
                job.labels(),
                clock.instant(),
                null,
                null,
                List.of(),
                List.of(),
                0,
                0,
                null,
                0,
                0,
                0,
                0,
                List.of(),
                null,
                JobOptions.of(job),
                List.of(),
                null);
    }
}
