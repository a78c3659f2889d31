// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.contract.codec.JobReader;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.sealed.RegistryLogin;
import dev.pullcast.contract.sealed.SealedFor;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.contract.view.WorkerView;
import dev.pullcast.gateway.door.OpenFiles;
import dev.pullcast.gateway.security.ProjectScope;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Hop 0: the older puller's API (github.com/Dataman-Cloud/puller), for those who call it. */
final class CompatRoutes {
    private final Submission submission;
    private final JobWaits waits;
    private final JobLimits limits;
    private final Settings settings;
    private final @Nullable BiFunction<RegistryLogin, SealedFor, String> seal;

    /**
     * What it needs to know besides.
     *
     * @param worker which one is meant by calls that name none; empty for the only one
     * @param shown settings without secrets
     * @param startedAt of this process, UTC
     */
    record Settings(String worker, Map<String, String> shown, Instant startedAt) {}

    CompatRoutes(
            Submission submission,
            JobWaits waits,
            JobLimits limits,
            Settings settings,
            @Nullable BiFunction<RegistryLogin, SealedFor, String> seal) {
        this.submission = submission;
        this.waits = waits;
        this.limits = limits;
        this.settings = settings;
        this.seal = seal;
    }

    void ping(RoutingContext context) {
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8")
                .end("OK");
    }

    void dump(RoutingContext context) {
        Map<String, Object> dump = new LinkedHashMap<>();
        dump.put("configs", settings.shown());
        dump.put("num_fds", OpenFiles.now());
        dump.put("start_at", settings.startedAt().truncatedTo(ChronoUnit.SECONDS));
        Requests.json(context, 200, dump);
    }

    /** Answers when the last image is there or has failed for good. */
    void pull(RoutingContext context) {
        Optional<JsonNode> request = Requests.published(context, "post /pull");
        if (request.isEmpty()) {
            submission.metrics().jobsRefused().increment();
            return;
        }
        FeedReady.whenCaughtUp(
                submission.feed(),
                context,
                () -> worker().onSuccess(worker -> {
                    switch (worker) {
                        case One(String id) -> pull(context, request.get(), id);
                        case NotOne(String problem) -> Problem.of(409, problem).answer(context);
                    }
                }));
    }

    private sealed interface Meant {}

    private record One(String id) implements Meant {}

    private record NotOne(String problem) implements Meant {}

    private Future<Meant> worker() {
        if (!settings.worker().isEmpty()) {
            return Future.succeededFuture(new One(settings.worker()));
        }
        return submission.feed().ask(state -> {
            List<String> live = state.fleet().workers().stream()
                    .filter(WorkerView::live)
                    .map(view -> view.status().worker())
                    .toList();
            return live.size() == 1
                    ? new One(live.getFirst())
                    : new NotOne((live.isEmpty()
                                    ? "There is no worker"
                                    : "There are several workers: " + String.join(", ", live))
                            + ". Say which one POST /pull means with the setting compat.worker, or use POST"
                            + " /v1/pulls.");
        });
    }

    private JobReader.Intake intake(RoutingContext context) {
        return new JobReader.Intake(
                () -> UlidCreator.getMonotonicUlid().toString(),
                seal,
                Access.writable(context).only().orElse(null),
                submission.clock());
    }

    private void pull(RoutingContext context, JsonNode request, String worker) {
        switch (JobReader.read(ContractJson.write(CompatPull.job(request, worker)), limits, intake(context))) {
            case JobReader.Accepted(PullJob job) -> run(context, request, job);
            case JobReader.Accepted _ -> throw new IllegalStateException("a request for images is a PullJob");
            case JobReader.Rejected rejected -> refuse(context, CompatPull.inItsWords(rejected.reasons()));
        }
    }

    private void refuse(RoutingContext context, List<String> reasons) {
        submission.metrics().jobsRefused().increment();
        Problem.of(400, "The request cannot be done as it stands.", reasons).answer(context);
    }

    private void run(RoutingContext context, JsonNode request, PullJob asked) {
        ProjectScope writable = Access.writable(context);
        PullJob job = Submission.owned(asked, writable);
        Access.about(context, job.id(), job.soleProject());
        InstantSource clock = submission.clock();
        Instant startAt = clock.instant();
        submission.submit(job, false, writable).onSuccess(result -> {
            switch (result) {
                case Submission.Refused(Problem problem) -> problem.answer(context);
                case Submission.Taken _ ->
                    waits.end(job.id(), null)
                            .onSuccess(ended -> tell(
                                    context,
                                    job.id(),
                                    ended,
                                    view -> CompatPull.answer(request, view, startAt, clock.instant())));
            }
        });
    }

    private static void tell(
            RoutingContext context, String id, Optional<JobView> ended, Function<JobView, CompatPull.Answer> answer) {
        if (ended.filter(job -> job.completedAt() != null).isEmpty()) {
            Requests.unavailable(
                    context, "The gateway stops; the job goes on, and GET /v1/pulls/" + id + " tells how it ends.");
            return;
        }
        CompatPull.Answer body = answer.apply(ended.get());
        context.response()
                .setStatusCode(body.failure().isEmpty() ? 200 : 500)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json; charset=UTF-8")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader(HttpHeaders.LOCATION, "/v1/pulls/" + id);
        Exchange.end(context, Buffer.buffer(ContractJson.write(body)));
    }
}
