// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.contract.codec.JobReader;
import dev.pullcast.contract.job.CancelJob;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.gateway.enqueue.JobPublisher;
import dev.pullcast.gateway.feed.EventFeed;
import dev.pullcast.gateway.fleet.FleetView;
import dev.pullcast.gateway.fleet.JobPlace;
import dev.pullcast.gateway.ops.GatewayMetrics;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hop 0: jobs asked for, looked at and cancelled over HTTP. */
final class PullRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(PullRoutes.class);

    private final JobPublisher publisher;
    private final EventFeed feed;
    private final GatewayMetrics metrics;
    private final JobLimits limits;
    private final InstantSource clock;

    PullRoutes(JobPublisher publisher, EventFeed feed, GatewayMetrics metrics, JobLimits limits, InstantSource clock) {
        this.publisher = publisher;
        this.feed = feed;
        this.metrics = metrics;
        this.limits = limits;
        this.clock = clock;
    }

    /** Answers 202 only once Kafka has the record. */
    void create(RoutingContext context) {
        if (!Requests.isJson(context) || !Requests.accepts(context, Requests.JSON)) {
            return;
        }
        byte[] body = context.body().buffer() == null
                ? new byte[0]
                : context.body().buffer().getBytes();
        switch (JobReader.read(
                body, limits, () -> UlidCreator.getMonotonicUlid().toString())) {
            case JobReader.Accepted(PullJob job) -> enqueue(context, job);
            case JobReader.Accepted _ ->
                refuse(context, List.of("kind: only a PullJob can be posted here; DELETE a job to cancel it"));
            case JobReader.Rejected rejected -> refuse(context, rejected.reasons());
        }
    }

    private void refuse(RoutingContext context, List<String> reasons) {
        metrics.jobsRefused().increment();
        Problem.of(400, "The job cannot be accepted.", reasons).answer(context);
    }

    private void enqueue(RoutingContext context, PullJob job) {
        publisher
                .publish(job)
                .compose(_ -> feed.ask(state -> state.fleet().job(job.id())))
                .onSuccess(known -> {
                    context.response().putHeader(HttpHeaders.LOCATION, "/v1/pulls/" + job.id());
                    Requests.json(context, 202, known.orElseGet(() -> pending(job)));
                })
                .onFailure(failure -> {
                    LOG.warn("job {} was not acknowledged by Kafka: {}", job.id(), failure.toString());
                    metrics.jobsRefused().increment();
                    Requests.unavailable(
                            context,
                            "Kafka did not acknowledge the job. Try again with the id " + job.id()
                                    + ": the same id twice is one job.");
                });
    }

    private JobView pending(PullJob job) {
        return new JobView(
                job.id(),
                JobView.State.PENDING,
                job.project(),
                job.labels(),
                clock.instant(),
                null,
                null,
                List.of(),
                List.of(),
                0,
                0,
                0,
                0,
                0,
                List.of(),
                null,
                List.of());
    }

    void list(RoutingContext context) {
        if (Requests.accepts(context, Requests.JSON)) {
            answer(context, FleetView::jobs);
        }
    }

    void workers(RoutingContext context) {
        if (Requests.accepts(context, Requests.JSON)) {
            answer(context, FleetView::workers);
        }
    }

    private void answer(RoutingContext context, Function<FleetView, List<?>> question) {
        FeedReady.whenCaughtUp(
                feed,
                context,
                () -> feed.ask(state -> question.apply(state.fleet()))
                        .onSuccess(found -> Requests.json(context, 200, found)));
    }

    void show(RoutingContext context) {
        if (!Requests.accepts(context, Requests.JSON)) {
            return;
        }
        String id = Requests.id(context);
        find(id, context).onSuccess(place -> {
            if (place.isPresent()) {
                feed.ask(state -> state.fleet().job(id))
                        .onSuccess(job -> job.ifPresentOrElse(
                                view -> Requests.json(context, 200, view), () -> tellForgotten(context, id)));
            }
        });
    }

    private static void tellForgotten(RoutingContext context, String id) {
        Problem.of(404, "The job " + id + " has ended so long ago that it is no longer kept.")
                .answer(context);
    }

    /** Cancels; what has ended stays as it is. */
    void cancel(RoutingContext context) {
        if (!Requests.accepts(context, Requests.JSON)) {
            return;
        }
        String id = Requests.id(context);
        find(id, context)
                .onSuccess(place -> place.ifPresent(at -> publisher
                        .publish(new CancelJob(id, "cancelled over HTTP"), at.partition())
                        .compose(_ -> feed.ask(state -> state.fleet().job(id)))
                        .onSuccess(job -> job.ifPresentOrElse(
                                view -> Requests.json(context, 202, view), () -> tellForgotten(context, id)))
                        .onFailure(failure -> {
                            LOG.warn("the cancel of {} was not acknowledged by Kafka: {}", id, failure.toString());
                            Requests.unavailable(context, "Kafka did not acknowledge the cancel. Try again.");
                        })));
    }

    /** Finds a job; where there is none, that has been answered. */
    private Future<Optional<JobPlace>> find(String id, RoutingContext context) {
        return FeedReady.find(feed, id)
                .onSuccess(place -> {
                    if (place.isEmpty()) {
                        Problem.of(404, "There is no job " + id + ".").answer(context);
                    }
                })
                .onFailure(_ -> Requests.unavailable(context, FeedReady.BEHIND));
    }
}
