// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.worker.engine.CallEnd;
import dev.pullcast.worker.engine.EngineClient;
import dev.pullcast.worker.engine.EngineClient.EngineCall;
import dev.pullcast.worker.engine.EngineException;
import dev.pullcast.worker.engine.ImageFacts;
import dev.pullcast.worker.engine.Keyring;
import dev.pullcast.worker.engine.PullFailure;
import dev.pullcast.worker.engine.PullRequest;
import dev.pullcast.worker.engine.RegistryAuth;
import dev.pullcast.worker.progress.LayerChange;
import dev.pullcast.worker.progress.Totals;
import dev.pullcast.worker.stream.EngineMessage;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One image on its way to the engine, for everybody who asked for it. Success is a clean end of the engine's stream
 * <em>and</em> the image being there with the digest that was asked for.
 *
 * <pre>
 * Waiting → Inspecting → Preparing → Pulling → Checking → Over
 *                └─ present ─→ Over    │  ↑ ┌────┘
 *                                      ↓  │ ↓
 *                                    BackingOff → (no retry left) Over
 * </pre>
 *
 * All fields belong to the worker's context.
 */
public final class PullRun {
    private final PullSpec spec;
    private final EngineClient engine;
    private final Keyring keyring;
    private final Timers timers;
    private final RandomGenerator random;
    private final PullSettings settings;
    private final Runnable onOver;
    private final List<PullFollower> followers = new ArrayList<>();
    private final RunProgress progress;

    private PullState state = new PullState.Waiting();
    private RetryPolicy retries;
    private int attempt;
    private @Nullable String previousDigest;
    private Instant firstCallAt = Instant.EPOCH;

    /** What a run works with; the same for all runs of a worker. */
    public record Parts(
            EngineClient engine, Keyring keyring, Timers timers, RandomGenerator random, PullSettings settings) {}

    /**
     * A run that waits for {@link #start()}.
     *
     * @param spec the first of the equal pulls
     * @param onOver called once, after the followers have been told the end
     */
    public PullRun(PullSpec spec, Parts parts, Runnable onOver) {
        this.spec = spec;
        this.engine = parts.engine();
        this.keyring = parts.keyring();
        this.timers = parts.timers();
        this.random = parts.random();
        this.settings = parts.settings();
        this.onOver = onOver;
        this.progress = new RunProgress(parts.timers(), parts.settings().progressInterval(), this::tell);
        this.retries = RetryPolicy.of(
                spec.backoffLimit() == null ? settings.backoffLimit() : spec.backoffLimit(),
                settings.backoffBase(),
                settings.backoffCap());
    }

    /** Whether the engine is or will be asked; a run that is over takes no followers. */
    public boolean isOver() {
        return state instanceof PullState.Over;
    }

    /** Adds a follower and tells it the state so far. */
    public void join(PullFollower follower) {
        followers.add(follower);
        if (attempt > 0) {
            follower.on(new PullStep.Started(), attempt, progress.engineRetry());
            for (LayerChange layer : progress.layers()) {
                follower.on(new PullStep.LayerMoved(layer), attempt, layer.engineRetry());
            }
            follower.on(new PullStep.Moved(progress.totals()), attempt, progress.engineRetry());
        }
    }

    /**
     * Takes a follower out and tells it why. The last one to leave stops the engine's call.
     *
     * @param end the follower's last step
     */
    public void leave(PullFollower follower, PullStep.Ended end) {
        if (!followers.remove(follower)) {
            return;
        }
        follower.on(end, attempt, progress.engineRetry());
        if (followers.isEmpty() && !isOver()) {
            PullState last = state;
            enter(new PullState.Over());
            if (last instanceof PullState.Pulling pulling) {
                timers.cancel(pulling.timeoutTimer());
                pulling.call().close();
            } else if (last instanceof PullState.BackingOff backingOff) {
                timers.cancel(backingOff.timer());
            }
            progress.stop();
            onOver.run();
        }
    }

    /** Begins; the slot is ours until {@code onOver}. */
    public void start() {
        enter(new PullState.Inspecting());
        engine.inspect(localName()).compose(this::presentAlready).onComplete(inspected -> {
            if (isOver()) {
                return;
            }
            if (inspected.failed()) {
                failed(EngineException.failureOf(inspected.cause()));
            } else if (inspected.result()) {
                over(new PullStep.Skipped(previousDigest));
            } else {
                prepare();
            }
        });
    }

    private Future<Boolean> presentAlready(Optional<ImageFacts> found) {
        ImageFacts present = found.orElse(null);
        previousDigest = present == null ? null : present.digestOf(spec.reference());
        return present != null && spec.policy() == PullPolicy.IF_NOT_PRESENT && matchesPlatform(present)
                ? nameByTag().map(true)
                : Future.succeededFuture(false);
    }

    private void prepare() {
        enter(new PullState.Preparing());
        keyring.find(spec.reference(), spec.credentials()).onComplete(found -> {
            if (isOver()) {
                return;
            }
            if (found.failed()) {
                failed(EngineException.failureOf(found.cause()));
            } else {
                pull(found.result());
            }
        });
    }

    private void pull(Optional<RegistryAuth> auth) {
        attempt++;
        progress.beginAttempt();
        if (attempt == 1) {
            firstCallAt = timers.instant();
        }
        tell(new PullStep.Started());
        EngineCall call =
                engine.pull(new PullRequest(spec.reference(), spec.platform(), auth.orElse(null)), this::onMessage);
        Duration timeout = spec.timeout() == null ? settings.timeout() : spec.timeout();
        long timer = timers.after(timeout, () -> {
            failed(PullFailure.of(FailureReason.TIMEOUT, "the attempt took longer than " + timeout.toSeconds() + " s"));
            call.close();
        });
        enter(new PullState.Pulling(call, timer));
        call.end().onSuccess(end -> {
            if (state instanceof PullState.Pulling pulling && pulling.call().equals(call)) {
                timers.cancel(timer);
                switch (end) {
                    case CallEnd.Clean() -> check();
                    case CallEnd.Broken(PullFailure failure) -> failed(failure);
                }
            }
        });
    }

    private void onMessage(EngineMessage message) {
        if (state instanceof PullState.Pulling) {
            progress.on(message);
        }
    }

    private void check() {
        enter(new PullState.Checking());
        engine.inspect(localName())
                .map(found -> found.orElseThrow(() -> new EngineException(PullFailure.of(
                        FailureReason.ENGINE_ERROR,
                        "the engine said that the pull ended well, but it does not have " + spec.reference()))))
                .compose(facts -> {
                    PullFailure lie = checkFacts(facts);
                    return lie == null
                            ? nameByTag().map(facts)
                            : Future.<ImageFacts>failedFuture(new EngineException(lie));
                })
                .onComplete(checked -> {
                    if (isOver()) {
                        return;
                    }
                    if (checked.failed()) {
                        failed(EngineException.failureOf(checked.cause()));
                    } else {
                        succeeded(checked.result().digestOf(spec.reference()));
                    }
                });
    }

    private @Nullable PullFailure checkFacts(ImageFacts facts) {
        String pinned = spec.reference().digest();
        String digest = facts.digestOf(spec.reference());
        if (pinned != null && digest != null && !pinned.equals(digest)) {
            return PullFailure.of(
                    FailureReason.DIGEST_MISMATCH, "the engine has " + digest + ", but " + pinned + " was asked for");
        }
        if (!matchesPlatform(facts)) {
            return PullFailure.of(
                    FailureReason.NO_PLATFORM,
                    "the engine pulled an image for " + facts.os() + "/" + facts.architecture() + ", but "
                            + spec.platform() + " was asked for");
        }
        return null;
    }

    /** Engines pull an image of one foreign platform without a word, so look. */
    private boolean matchesPlatform(ImageFacts facts) {
        String wanted = spec.platform();
        String has = facts.os() + "/" + facts.architecture();
        return wanted == null || facts.architecture().isEmpty() || wanted.equals(has) || wanted.startsWith(has + "/");
    }

    private void succeeded(@Nullable String digest) {
        Instant now = timers.instant();
        Instant lastByte = progress.lastByteAt() == null ? now : progress.lastByteAt();
        Totals totals = progress.complete();
        over(new PullStep.Succeeded(
                digest,
                previousDigest,
                totals,
                progress.bytesDownloaded(),
                Duration.between(firstCallAt, lastByte),
                Duration.between(lastByte, now)));
    }

    /** {@code name:tag@digest} is pulled by digest, which leaves no tag on the engine. */
    private Future<Void> nameByTag() {
        ImageReference reference = spec.reference();
        return reference.digest() == null || reference.tag() == null
                ? Future.succeededFuture()
                : engine.tag(localName(), reference.name(), reference.tag());
    }

    private String localName() {
        ImageReference reference = spec.reference();
        return reference.digest() == null ? reference.canonical() : reference.name() + '@' + reference.digest();
    }

    private void failed(PullFailure failure) {
        progress.flush();
        Optional<RetryPolicy.Next> next = retries.next(failure, random);
        if (next.isEmpty()) {
            over(new PullStep.Failed(failure));
            return;
        }
        Duration delay = next.get().delay();
        retries = next.get().policy();
        long timer = timers.after(delay, this::retry);
        enter(new PullState.BackingOff(timer));
        tell(new PullStep.Retrying(failure, delay, timers.instant().plus(delay)));
    }

    private void retry() {
        if (state instanceof PullState.BackingOff) {
            if (attempt == 0) {
                start();
            } else {
                prepare();
            }
        }
    }

    private void over(PullStep.Ended end) {
        enter(new PullState.Over());
        progress.flush();
        progress.stop();
        tell(end);
        followers.clear();
        onOver.run();
    }

    private void enter(PullState next) {
        state = next;
    }

    private void tell(PullStep step) {
        int engineRetry =
                step instanceof PullStep.LayerMoved(LayerChange change) ? change.engineRetry() : progress.engineRetry();
        for (PullFollower follower : List.copyOf(followers)) {
            follower.on(step, attempt, engineRetry);
        }
    }
}
