// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.job.TaskRecord.TaskPull;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What is said at the end of a job: pure functions of its state. */
final class JobEndings {
    /** Stands where an event of a pull names the run of a worker. */
    static final String INCARNATION = "coordinator";

    private JobEndings() {}

    /** Whether the coordinator said it, not the worker. */
    static boolean isOnBehalf(PullEvent.OfPull event) {
        return event.origin().incarnation().equals(INCARNATION);
    }

    /** The event for a pull whose worker did not say how it ended; it has the id that the worker's would have. */
    static PullEvent.OfPull onBehalf(OpenJob open, Closing closing, String worker, TaskPull pull, Instant now) {
        PullOrigin origin = new PullOrigin(
                open.job().id(),
                worker,
                pull.pull(),
                INCARNATION,
                pull.image(),
                pull.reference(),
                pull.platform(),
                pull.project(),
                0,
                0,
                1,
                now);
        return switch (closing) {
            case Closing.Cancelled cancelled -> new PullEvent.Cancelled(origin, cancelled.message());
            case Closing.Expired _ ->
                new PullEvent.Failed(
                        origin,
                        FailureReason.TIMEOUT,
                        FailureReason.TIMEOUT.retryable(),
                        0,
                        "The job's deadline passed and worker " + worker + " had not said how the pull ended.",
                        FailureReason.TIMEOUT.hint());
        };
    }

    /** The end of a job, from what is counted. */
    static PullEvent.JobCompleted completed(OpenJob open, JobRules rules, Instant now) {
        JobResult result = result(open);
        return new PullEvent.JobCompleted(
                open.job().id(),
                now,
                open.job().soleProject(),
                result,
                open.workers().size(),
                open.count(Ending.SUCCEEDED),
                open.count(Ending.SKIPPED),
                open.count(Ending.FAILED),
                open.count(Ending.CANCELLED),
                message(open, result, rules));
    }

    private static JobResult result(OpenJob open) {
        Closing closing = open.closing();
        if (closing instanceof Closing.Expired) {
            return JobResult.FAILED;
        }
        if (closing instanceof Closing.Cancelled && (open.workers().isEmpty() || open.count(Ending.CANCELLED) > 0)) {
            return JobResult.CANCELLED;
        }
        if (open.workers().isEmpty()) {
            return JobResult.UNMATCHED;
        }
        if (open.count(Ending.FAILED) > 0 || !open.absent().isEmpty()) {
            return JobResult.FAILED;
        }
        return open.count(Ending.CANCELLED) > 0 ? JobResult.CANCELLED : JobResult.SUCCEEDED;
    }

    private static @Nullable String message(OpenJob open, JobResult result, JobRules rules) {
        if (open.closing() instanceof Closing.Expired) {
            return "The deadline of " + open.job().activeDeadlineSeconds() + " s passed before every pull had ended.";
        }
        return switch (result) {
            case UNMATCHED ->
                "No live worker matched the target within " + rules.matchGrace().toSeconds()
                        + " s; start one, or look at its name and labels.";
            case CANCELLED -> open.closing() instanceof Closing.Cancelled cancelled ? cancelled.message() : null;
            case FAILED, SUCCEEDED ->
                open.absent().isEmpty()
                        ? null
                        : "These workers were named but were not there, or lack the labels: "
                                + String.join(", ", open.absent()) + ".";
        };
    }
}
