// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.client.EventLedger;
import dev.pullcast.cli.client.ForeignAnswer;
import dev.pullcast.cli.client.GatewayClient;
import dev.pullcast.cli.client.JobIds;
import dev.pullcast.cli.client.RemoteJob;
import dev.pullcast.cli.client.StatedWaits;
import dev.pullcast.cli.local.Wanted;
import dev.pullcast.cli.render.Board;
import dev.pullcast.cli.render.Display;
import dev.pullcast.cli.render.PullLine;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.Keeping;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.contract.job.Rollout;
import dev.pullcast.contract.job.Target;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One job at a gateway, from its enqueueing to its end. Used by the command's thread. */
final class ThroughGateway {
    private final GatewayClient client;
    private final PullOptions options;
    private final Target target;
    private final PrintWriter err;
    private final String job = JobIds.next(InstantSource.system().instant());

    ThroughGateway(GatewayClient client, PullOptions options, Target target, PrintWriter err) {
        this.client = client;
        this.options = options;
        this.target = target;
        this.err = err;
    }

    /** The job's id. */
    String job() {
        return job;
    }

    /** Null if the gateway took it; else the exit code, and the reason has been told. */
    @Nullable
    Integer enqueue(PullPlan plan) throws PullPlan.Unsupported, InterruptedException {
        PullJob request = request(plan);
        StatedWaits waits = new StatedWaits(client.maxWait());
        try {
            while (true) {
                try {
                    client.enqueue(request);
                    return null;
                } catch (GatewayClient.Refused e) {
                    waitOrThrow(e, waits);
                }
            }
        } catch (GatewayClient.Refused e) {
            err.println("pullcast: the gateway at " + client.url() + " says: " + e.getMessage());
            return e.status() / 100 == 4 ? ExitCodes.FAILED : ExitCodes.UNAVAILABLE;
        } catch (ForeignAnswer e) {
            err.println("pullcast: " + e.getMessage());
            return ExitCodes.UNAVAILABLE;
        } catch (IOException e) {
            err.println("pullcast: cannot reach the gateway at " + client.url() + ": " + e.getMessage()
                    + ". Start one with: pullcast up");
            return ExitCodes.UNAVAILABLE;
        }
    }

    /** Waits as long as a busy gateway asks, if that is not too long: the same id is the same job. */
    private void waitOrThrow(GatewayClient.Refused refused, StatedWaits waits)
            throws GatewayClient.Refused, InterruptedException {
        Duration wait = refused.retryAfter();
        boolean busy = refused.status() == 429 || refused.status() == 503;
        if (!busy || wait == null || !waits.allow(wait)) {
            throw refused;
        }
        err.println("pullcast: the gateway at " + client.url() + " says: " + refused.getMessage() + " Waiting "
                + StatedWaits.secondsOf(wait) + " s before the next try, as it asks.");
        err.flush();
        Thread.sleep(wait);
    }

    /** Shows the job until it has ended, or Ctrl-C: then it goes on without us. */
    RemoteJob.Outcome follow(Display display, Board board) throws InterruptedException {
        Display shown = options.failFast() ? new CancelOnFailure(display, this::cancel) : display;
        try (RemoteJob remote = new RemoteJob(client, job, false);
                CtrlC ctrlC = new CtrlC(() -> {
                    // All is told below, while the process is held back; afterwards it may end at any moment.
                    remote.stop(null);
                    return true;
                })) {
            RemoteJob.Outcome outcome = remote.follow(shown, board, InstantSource.system());
            if (ctrlC.isPressed()) {
                err.println("pullcast: "
                        + Endings.leftOf(
                                board,
                                "Job " + job + " goes on. Follow it again: pullcast watch --gateway " + client.url()
                                        + ' ' + job + ". Cancel it: curl -X DELETE " + client.url() + "/v1/pulls/"
                                        + job));
            }
            return outcome;
        }
    }

    /** What the end of the job means for the caller of this process. */
    int codeOf(RemoteJob.Outcome outcome, boolean checkEvents) {
        int code = Endings.of(outcome.result(), err);
        return checkEvents && !areComplete(outcome.ledger()) ? Math.max(code, ExitCodes.FAILED) : code;
    }

    private void cancel() {
        try {
            client.cancel(job);
        } catch (IOException e) {
            err.println("pullcast: the other pulls of job " + job + " could not be cancelled: " + e.getMessage());
        }
    }

    private boolean areComplete(EventLedger events) {
        boolean complete = events.missing() == 0 && events.repeated() == 0;
        err.println(events.seen() + " events seen over SSE"
                + (complete
                        ? ", none missing, none twice"
                        : ", " + events.missing() + " missing, " + events.repeated() + " twice"));
        return complete;
    }

    private PullJob request(PullPlan plan) throws PullPlan.Unsupported {
        Duration timeout = options.timeout();
        return new PullJob(
                job,
                plan.requests(),
                policy(plan),
                target,
                options.atOnce(),
                options.retries(),
                timeout == null ? null : (int) timeout.toSeconds(),
                PullJob.DEFAULT_ACTIVE_DEADLINE_SECONDS,
                Rollout.AT_ONCE,
                Keeping.NONE,
                plan.imagePull(),
                null,
                null,
                Map.of());
    }

    /** A job has one policy: the stronger one for all, unless what is there is to be left alone. */
    private PullPolicy policy(PullPlan plan) {
        boolean always = plan.images().stream().anyMatch(image -> image.when() == Wanted.When.ALWAYS);
        return always && !options.onlyMissing() ? PullPolicy.ALWAYS : PullPolicy.IF_NOT_PRESENT;
    }

    /** Asks for the job's end at its first failure. */
    private static final class CancelOnFailure implements Display {
        private final Display shown;
        private final Runnable cancel;
        private boolean asked;
        private Instant lookedAt = Instant.MIN;

        CancelOnFailure(Display shown, Runnable cancel) {
            this.shown = shown;
            this.cancel = cancel;
        }

        @Override
        public void event(PullEvent event, Board board) {
            shown.event(event, board);
            if (event instanceof PullEvent.Failed) {
                cancelOnce();
            }
        }

        /** A failure that was there before we listened came with the snapshot. */
        @Override
        public void tick(Board board, Instant now) {
            shown.tick(board, now);
            boolean due = lookedAt.equals(Instant.MIN) || !now.isBefore(lookedAt.plusMillis(TICK_MILLIS));
            if (!asked && due) {
                lookedAt = now;
                if (board.lines().stream().anyMatch(line -> line.status() instanceof PullLine.Status.Failed)) {
                    cancelOnce();
                }
            }
        }

        private void cancelOnce() {
            if (!asked) {
                asked = true;
                cancel.run();
            }
        }

        @Override
        public void note(String text) {
            shown.note(text);
        }

        @Override
        public void end(Board board, Instant now) {
            shown.end(board, now);
        }
    }
}
