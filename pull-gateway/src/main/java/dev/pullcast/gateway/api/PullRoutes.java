// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.contract.codec.JobReader;
import dev.pullcast.contract.job.CancelJob;
import dev.pullcast.contract.job.JobRecord;
import dev.pullcast.contract.job.PauseJob;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.sealed.RegistryLogin;
import dev.pullcast.contract.sealed.SealedFor;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.gateway.fleet.JobPlace;
import dev.pullcast.gateway.security.ProjectScope;
import dev.pullcast.gateway.tenants.FleetKey;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** Hop 0: jobs asked for, looked at and cancelled over HTTP. */
final class PullRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(PullRoutes.class);
    static final String MERGE_PATCH = "application/merge-patch+json";

    private final Submission submission;
    private final JobWaits waits;
    private final JobLimits limits;
    private final @Nullable BiFunction<RegistryLogin, SealedFor, String> seal;

    PullRoutes(
            Submission submission,
            JobWaits waits,
            JobLimits limits,
            @Nullable BiFunction<RegistryLogin, SealedFor, String> seal) {
        this.submission = submission;
        this.waits = waits;
        this.limits = limits;
        this.seal = seal;
    }

    /** Answers only once Kafka has the record; with {@code Prefer: wait} once the job has ended, or the time is up. */
    void create(RoutingContext context) {
        IdempotencyKey.Read key = IdempotencyKey.of(context.request());
        if (key.problem().isPresent()) {
            Requests.badParameter(context, key.problem().get());
        } else if (key.key().isEmpty()) {
            create(context, key, () -> UlidCreator.getMonotonicUlid().toString());
        } else {
            // The fleet's key is in Kafka.
            FeedReady.whenCaughtUp(
                    submission.feed(),
                    context,
                    () -> create(
                            context,
                            key,
                            () -> key.key().get().jobId(submission.fleetKey(), Requests.principal(context))));
        }
    }

    private void create(RoutingContext context, IdempotencyKey.Read key, Supplier<String> newId) {
        boolean[] made = {false};
        JobReader.Intake intake = new JobReader.Intake(
                () -> {
                    made[0] = true;
                    return newId.get();
                },
                seal,
                Access.writable(context).only().orElse(null),
                submission.clock());
        switch (JobReader.read(RequestBodies.of(context), limits, intake)) {
            case JobReader.Accepted(PullJob job)
            when key.key().isPresent() && !made[0] ->
                refuse(
                        context,
                        List.of("id: " + job.id() + " came together with " + IdempotencyKey.HEADER
                                + "; send one of them, either makes a repeat the same job"));
            case JobReader.Accepted(PullJob job)
            when !made[0] && FleetKey.isReserved(job.id()) ->
                refuse(
                        context,
                        List.of("id: ULIDs that begin with 7 are made from " + IdempotencyKey.HEADER
                                + " by gateways alone; make one from the time, as every library for ULIDs does"));
            case JobReader.Accepted(PullJob job) ->
                submit(context, job, key.key().isPresent());
            case JobReader.Accepted _ ->
                refuse(context, List.of("kind: only a PullJob can be posted here; DELETE a job to cancel it"));
            case JobReader.Rejected rejected -> refuse(context, rejected.reasons());
        }
    }

    private void refuse(RoutingContext context, List<String> reasons) {
        submission.metrics().jobsRefused().increment();
        Problem.of(400, "The job cannot be accepted.", reasons).answer(context);
    }

    private void submit(RoutingContext context, PullJob asked, boolean keyed) {
        PullJob job = Submission.owned(asked, Access.writable(context));
        Access.about(context, job.id(), job.soleProject());
        FeedReady.whenCaughtUp(
                submission.feed(),
                context,
                () -> submission.submit(job, keyed, Access.writable(context)).onSuccess(result -> {
                    switch (result) {
                        case Submission.Refused(Problem problem) -> problem.answer(context);
                        case Submission.Taken taken -> tell(context, taken);
                    }
                }));
    }

    private void tell(RoutingContext context, Submission.Taken taken) {
        String id = taken.job().id();
        context.response().putHeader(HttpHeaders.LOCATION, "/v1/pulls/" + id);
        if (taken.repeated()) {
            context.response().putHeader("Idempotency-Replayed", "true");
        }
        Optional<Duration> wait = Preferences.wait(context.request());
        if (wait.isEmpty()) {
            Requests.json(context, 202, taken.job());
            return;
        }
        context.response().putHeader("Preference-Applied", "wait=" + wait.get().toSeconds());
        waits.end(id, wait.get()).onSuccess(found -> {
            JobView job = found.orElse(taken.job());
            Requests.json(context, isOver(job) ? 200 : 202, job);
        });
    }

    private static boolean isOver(JobView job) {
        return job.state() == JobView.State.COMPLETED || job.state() == JobView.State.REJECTED;
    }

    void list(RoutingContext context) {
        JobList.query(context, Access.visible(context))
                .ifPresentOrElse(
                        query -> FeedReady.whenCaughtUp(
                                submission.feed(),
                                context,
                                () -> submission
                                        .feed()
                                        .ask(state -> state.fleet().jobs(query))
                                        .onSuccess(page -> {
                                            context.response().putHeader("Link", JobList.links(context, page.next()));
                                            Requests.json(context, 200, page.jobs());
                                        })),
                        () -> Requests.badParameter(context, "cursor: is not one that a gateway has given"));
    }

    void show(RoutingContext context) {
        String id = Requests.id(context);
        ProjectScope visible = Access.visible(context);
        find(id, visible, context, _ -> view(id, visible).onSuccess(job -> tell(context, 200, id, job)));
    }

    /** Cancels; what has ended stays as it is, so that a repeat changes nothing. */
    void cancel(RoutingContext context) {
        String id = Requests.id(context);
        ProjectScope writable = Access.writable(context);
        Access.about(context, id, null);
        find(() -> FeedReady.findToCancel(submission.feed(), id, writable), context, place -> {
            Access.about(context, id, place.project());
            if (place.isFinished()) {
                view(id, writable).onSuccess(job -> tell(context, 200, id, job));
            } else {
                order(context, new CancelJob(id, "cancelled over HTTP"), place, writable);
            }
        });
    }

    /** Pauses, or lets go on. The coordinator tells what came of it: a repeat changes nothing. */
    void change(RoutingContext context) {
        String id = Requests.id(context);
        ProjectScope writable = Access.writable(context);
        Access.about(context, id, null);
        Optional<JsonNode> change = Requests.published(context, "patch /v1/pulls/:id");
        if (change.isEmpty()) {
            return;
        }
        boolean paused = change.get().get("paused").asBoolean();
        Access.does(context, paused ? "pause" : "resume");
        find(id, writable, context, place -> {
            Access.about(context, id, place.project());
            if (place.isFinished()) {
                Problem.of(409, "The job " + id + " has ended; there is nothing to " + (paused ? "pause." : "resume."))
                        .answer(context);
            } else {
                order(context, new PauseJob(id, paused, null), place, writable);
            }
        });
    }

    private void order(RoutingContext context, JobRecord order, JobPlace place, ProjectScope writable) {
        String id = order.id();
        submission
                .order(order, place.partition())
                .compose(_ -> view(id, writable))
                .onSuccess(job -> job.ifPresentOrElse(
                        view -> Requests.json(context, 202, view),
                        () -> context.response().setStatusCode(204).end()))
                .onFailure(failure -> {
                    LOG.warn(
                            "{} was not acknowledged by Kafka: {}, request {}",
                            order,
                            failure.toString(),
                            RequestIds.of(context));
                    Requests.unavailable(context, "Kafka did not acknowledge this. Try again.");
                });
    }

    private Future<Optional<JobView>> view(String id, ProjectScope scope) {
        return submission.feed().ask(state -> state.fleet().job(id, subject -> scope.covers(subject.project())));
    }

    private static void tell(RoutingContext context, int status, String id, Optional<JobView> job) {
        job.ifPresentOrElse(
                view -> Requests.json(context, status, view),
                () -> Problem.of(404, "The job " + id + " has ended so long ago that it is no longer kept.")
                        .answer(context));
    }

    /** Goes on with the job; where there is none, or that cannot be told, that has been answered. */
    private void find(String id, ProjectScope scope, RoutingContext context, Consumer<JobPlace> found) {
        find(() -> FeedReady.find(submission.feed(), id, scope), context, found);
    }

    private void find(Supplier<Future<Optional<JobPlace>>> question, RoutingContext context, Consumer<JobPlace> found) {
        FeedReady.whenCaughtUp(
                submission.feed(),
                context,
                () -> question.get()
                        .onSuccess(place -> place.ifPresentOrElse(
                                found,
                                () -> Problem.of(404, "There is no job " + Requests.id(context) + ".")
                                        .answer(context)))
                        .onFailure(_ -> Requests.unavailable(context, FeedReady.whyNot(submission.feed()))));
    }
}
