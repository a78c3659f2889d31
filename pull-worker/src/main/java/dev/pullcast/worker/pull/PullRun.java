// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import dev.pullcast.contract.event.FailureReason;
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
import dev.pullcast.worker.sizes.LayerSizes;
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
    /** An engine that is gone is looked for at least this often. */
    private static final Duration ENGINE_LOOK = Duration.ofSeconds(15);

    private final PullSpec spec;
    private final WantedImage wanted;
    private final EngineClient engine;
    private final Keyring keyring;
    private final Timers timers;
    private final RandomGenerator random;
    private final PullSettings settings;
    private final EngineWatch watch;
    private final LocalImage image;
    private final SizesAhead sizes;
    private final Runnable onOver;
    private final List<PullFollower> followers = new ArrayList<>();
    private final RunProgress progress;

    private PullState state = new PullState.Waiting();
    private RetryPolicy retries;
    private RetryPolicy engineReturns;
    private @Nullable Instant engineGoneSince;
    private long callTimer;
    private long lookTimer;
    private int attempt;
    private @Nullable String previousDigest;
    private Instant firstCallAt = Instant.EPOCH;

    /** What a run works with; the same for all runs of a worker. */
    public record Parts(
            EngineClient engine,
            Keyring keyring,
            Timers timers,
            RandomGenerator random,
            PullSettings settings,
            EngineWatch watch,
            LayerSizes sizes) {
        /** With a watch of its own, and no sizes in advance. */
        public Parts(
                EngineClient engine, Keyring keyring, Timers timers, RandomGenerator random, PullSettings settings) {
            this(engine, keyring, timers, random, settings, new EngineWatch(), LayerSizes.NONE);
        }

        /** With a watch of its own. */
        public Parts(
                EngineClient engine,
                Keyring keyring,
                Timers timers,
                RandomGenerator random,
                PullSettings settings,
                LayerSizes sizes) {
            this(engine, keyring, timers, random, settings, new EngineWatch(), sizes);
        }
    }

    /**
     * A run that waits for {@link #start()}.
     *
     * @param spec the first of the equal pulls
     * @param onOver called once, after the followers have been told the end
     */
    public PullRun(PullSpec spec, Parts parts, Runnable onOver) {
        this.spec = spec;
        this.wanted = new WantedImage(spec.reference(), spec.platform());
        this.engine = parts.engine();
        this.image = new LocalImage(parts.engine(), spec.reference(), wanted);
        this.keyring = parts.keyring();
        this.timers = parts.timers();
        this.random = parts.random();
        this.settings = parts.settings();
        this.watch = parts.watch();
        this.sizes = new SizesAhead(parts.sizes(), parts.watch(), parts.timers());
        this.onOver = onOver;
        this.progress = new RunProgress(parts.timers(), parts.settings().progressInterval(), parts.watch(), this::tell);
        this.retries = RetryPolicy.of(
                spec.backoffLimit() == null ? settings.backoffLimit() : spec.backoffLimit(),
                settings.backoffBase(),
                settings.backoffCap());
        this.engineReturns = RetryPolicy.of(Integer.MAX_VALUE, settings.backoffBase(), ENGINE_LOOK);
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
                cancelTimers();
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
        image.look().compose(this::presentAlready).onComplete(inspected -> {
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
        return present != null
                        && spec.policy() == PullPolicy.IF_NOT_PRESENT
                        && wanted.isPlatformOf(present)
                        && watch.present().mayBeTold(present, spec)
                ? image.nameByTag().map(true)
                : Future.succeededFuture(false);
    }

    private void prepare() {
        Duration pause = watch.waitFor(spec.reference().domain(), timers.instant(), random);
        if (pause != null) {
            backOff(
                    PullFailure.of(
                            FailureReason.RATE_LIMITED,
                            "the registry " + spec.reference().domain() + " limits this machine's pulls; waiting"),
                    pause);
            return;
        }
        enter(new PullState.Preparing());
        engine.freeBytes().compose(this::credentials).onComplete(found -> {
            if (isOver()) {
                return;
            }
            if (found.failed()) {
                failed(EngineException.failureOf(found.cause()));
            } else {
                begin(found.result());
            }
        });
    }

    private void begin(List<RegistryAuth> logins) {
        (logins.isEmpty() ? Future.<Void>succeededFuture() : watch.present().begins(spec)).onComplete(_ -> {
            if (!isOver()) {
                pull(logins);
            }
        });
    }

    private Future<List<RegistryAuth>> credentials(Optional<Long> freeBytes) {
        long least = settings.guards().minFreeBytes();
        if (freeBytes.isPresent() && freeBytes.get() < least) {
            return Future.failedFuture(new EngineException(PullFailure.of(
                    FailureReason.DISK_FULL,
                    "the engine's data root has " + (freeBytes.get() >> 20) + " MiB free, and no pull starts below "
                            + (least >> 20) + " MiB")));
        }
        return keyring.find(spec.wantedLogin());
    }

    /** Asks the engine with the first of these logins; the others are for when it is refused. */
    private void pull(List<RegistryAuth> logins) {
        attempt++;
        progress.beginAttempt();
        if (attempt == 1) {
            firstCallAt = timers.instant();
        }
        tell(new PullStep.Started());
        RegistryAuth login = logins.isEmpty() ? null : logins.getFirst();
        EngineCall call = engine.pull(new PullRequest(spec.reference(), spec.platform(), login), this::onMessage);
        enter(new PullState.Pulling(call, timers.instant(), login));
        watchCall(call);
        // An engine may be silent for long, so that its next message is no time to look.
        lookTimer = timers.after(SizesAhead.PATIENCE, () -> look(call));
        call.end().onSuccess(end -> {
            if (isPulling(call)) {
                cancelTimers();
                switch (end) {
                    case CallEnd.Clean() -> check(login);
                    case CallEnd.Broken(PullFailure failure) -> broken(failure, logins);
                }
            }
        });
    }

    /** Whoever is refused tries the next login at once, as the kubelet does; that is an attempt, but not a retry. */
    private void broken(PullFailure failure, List<RegistryAuth> logins) {
        if (failure.reason() != FailureReason.AUTH || logins.size() < 2) {
            failed(failure);
            return;
        }
        progress.flush();
        tell(new PullStep.Retrying(failure, Duration.ZERO, timers.instant()));
        pull(logins.subList(1, logins.size()));
    }

    private boolean isPulling(EngineCall call) {
        return state instanceof PullState.Pulling pulling && pulling.call().equals(call);
    }

    private void cancelTimers() {
        timers.cancel(callTimer);
        timers.cancel(lookTimer);
    }

    /** Looks after a call now and then: is it too old, is it stalled? */
    private void watchCall(EngineCall call) {
        Duration timeout = spec.timeout() == null ? settings.timeout() : spec.timeout();
        Duration stall = settings.guards().stall();
        Duration look = stall.isZero() || timeout.compareTo(stall.dividedBy(4)) < 0 ? timeout : stall.dividedBy(4);
        callTimer = timers.after(look, () -> {
            if (!(state instanceof PullState.Pulling pulling) || !pulling.call().equals(call)) {
                return;
            }
            Instant now = timers.instant();
            if (!pulling.since().plus(timeout).isAfter(now)) {
                giveUp(call, FailureReason.TIMEOUT, "the attempt took longer than " + timeout.toSeconds() + " s");
            } else if (!stall.isZero() && progress.isStalled(stall, now)) {
                giveUp(call, FailureReason.STALLED, "no byte arrived for " + stall.toSeconds() + " s");
            } else {
                watchCall(call);
            }
        });
    }

    private void giveUp(EngineCall call, FailureReason reason, String message) {
        failed(PullFailure.of(reason, message));
        call.close();
    }

    private void onMessage(EngineMessage message) {
        if (state instanceof PullState.Pulling pulling) {
            progress.on(message);
            image.on(message);
            look(pulling.call());
        }
    }

    private void look(EngineCall call) {
        if (state instanceof PullState.Pulling pulling && pulling.call().equals(call)) {
            sizes.look(spec, pulling.login(), pulling.since(), progress);
        }
    }

    /** An engine that may not be looked at tells no project of its images either. */
    private Future<Void> rememberReader(@Nullable RegistryAuth login) {
        ImageFacts pulled = image.seen();
        return pulled == null ? Future.succeededFuture() : watch.present().ended(pulled, spec, login != null);
    }

    private void check(@Nullable RegistryAuth login) {
        enter(new PullState.Checking());
        Future<Void> settled = sizes.settle(spec, login, progress);
        image.check()
                .compose(digest -> Future.all(image.nameByTag(), settled, rememberReader(login))
                        .map(digest))
                .onComplete(checked -> {
                    if (isOver()) {
                        return;
                    }
                    if (checked.failed()) {
                        failed(EngineException.failureOf(checked.cause()));
                    } else {
                        succeeded(checked.result().orElse(null));
                    }
                });
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

    private void failed(PullFailure failure) {
        progress.flush();
        Instant now = timers.instant();
        if (failure.reason() == FailureReason.ENGINE_GONE && failure.retryable()) {
            engineGoneSince = engineGoneSince == null ? now : engineGoneSince;
            if (engineGoneSince.plus(settings.guards().engineWait()).isAfter(now)) {
                RetryPolicy.Next next = engineReturns.next(failure, random).orElseThrow();
                engineReturns = next.policy();
                backOff(failure, next.delay());
                return;
            }
        } else {
            engineGoneSince = null;
        }
        Optional<RetryPolicy.Next> next = retries.next(failure, random);
        if (next.isEmpty()) {
            over(new PullStep.Failed(failure));
            return;
        }
        retries = next.get().policy();
        if (failure.reason() == FailureReason.RATE_LIMITED) {
            watch.pause(spec.reference().domain(), now.plus(next.get().delay()), now);
        }
        backOff(failure, next.get().delay());
    }

    private void backOff(PullFailure failure, Duration delay) {
        enter(new PullState.BackingOff(timers.after(delay, this::retry)));
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
