// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.PullId;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.worker.engine.CallEnd;
import dev.pullcast.worker.engine.Keyring;
import dev.pullcast.worker.engine.PullFailure;
import dev.pullcast.worker.engine.RegistryAuth;
import dev.pullcast.worker.sizes.LayerSizes;
import dev.pullcast.worker.stream.EngineMessage;
import dev.pullcast.worker.stream.LayerStep;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class PullRunTest {
    static final String DIGEST = "sha256:" + "a".repeat(64);
    static final String OTHER_DIGEST = "sha256:" + "b".repeat(64);
    static final String APP = "localhost:5000/team/app:1";

    final FakeEngine engine = new FakeEngine();
    final ManualTimers timers = new ManualTimers();
    Keyring keyring = Keyring.ANONYMOUS;
    EngineWatch watch = new EngineWatch();
    LayerSizes sizes = LayerSizes.NONE;
    final List<PullEvent.OfPull> events = new ArrayList<>();
    int over;

    PullSpec spec(String image, PullPolicy policy, @Nullable String platform) {
        ImageReference reference = ImageReference.parse(image);
        return new PullSpec(
                "job",
                PullId.of(reference.canonical(), platform),
                image,
                reference,
                platform,
                null,
                null,
                policy,
                2,
                Duration.ofSeconds(60),
                null,
                timers.instant().plusSeconds(3600),
                3);
    }

    PullRun run(PullSpec spec) {
        PullSettings settings = new PullSettings(
                4,
                3,
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                Duration.ofHours(1),
                Duration.ofMillis(500),
                new PullSettings.Guards(Duration.ofSeconds(20), Duration.ofMinutes(5), 0, 1000));
        return new PullRun(
                spec, new PullRun.Parts(engine, keyring, timers, new Random(1), settings, watch, sizes), () -> over++);
    }

    PullReporter follow(PullSpec spec, List<PullEvent.OfPull> into) {
        return new PullReporter(spec, new PullReporter.Identity("w1", "i1"), timers, (event, partition) -> {
            assertThat(partition).isEqualTo(3);
            into.add(event);
            return Future.succeededFuture();
        });
    }

    PullRun start(String image, PullPolicy policy) {
        PullSpec spec = spec(image, policy, null);
        PullRun run = run(spec);
        run.join(follow(spec, events));
        run.start();
        return run;
    }

    List<String> types() {
        return events.stream().map(PullEvent::type).toList();
    }

    static EngineMessage layer(LayerStep step, @Nullable Long current, @Nullable Long total) {
        return new EngineMessage.LayerMessage("0123456789ab", step, current, total, null);
    }

    @Nested
    class WhenTheImageIsThere {
        @Test
        void ifNotPresentSkipsWithoutAskingTheRegistry() {
            engine.has(APP, DIGEST);
            start(APP, PullPolicy.IF_NOT_PRESENT);
            assertThat(types()).containsExactly("pull.queued", "pull.skipped");
            assertThat(((PullEvent.Skipped) events.getLast()).digest()).isEqualTo(DIGEST);
            assertThat(engine.calls).isEmpty();
            assertThat(over).isEqualTo(1);
        }

        /** Else a project would learn what another's login brought. */
        @Test
        void ifNotPresentAsksTheRegistryForAProjectThatHasNotReadIt() {
            watch = new EngineWatch(
                    new PresentImages(PresentImages.Verify.ALWAYS, null, _ -> Future.succeededFuture()));
            engine.has(APP, DIGEST);
            start(APP, PullPolicy.IF_NOT_PRESENT);
            assertThat(types()).containsExactly("pull.queued", "pull.started");
            engine.lastCall().fail(FailureReason.AUTH);
            assertThat(events.getLast()).isInstanceOf(PullEvent.Failed.class);

            start(APP, PullPolicy.IF_NOT_PRESENT);
            engine.lastCall().succeed();
            assertThat(events.getLast()).isInstanceOf(PullEvent.Succeeded.class);
            int calls = engine.calls.size();
            start(APP, PullPolicy.IF_NOT_PRESENT);
            assertThat(events.getLast()).isInstanceOf(PullEvent.Skipped.class);
            assertThat(engine.calls).hasSize(calls);
        }

        @Test
        void alwaysAsksAndTellsTheDigestsBeforeAndAfter() {
            engine.has(APP, OTHER_DIGEST);
            start(APP, PullPolicy.ALWAYS);
            engine.has(APP, DIGEST);
            engine.lastCall().succeed();
            PullEvent.Succeeded succeeded = (PullEvent.Succeeded) events.getLast();
            assertThat(succeeded.previousDigest()).isEqualTo(OTHER_DIGEST);
            assertThat(succeeded.digest()).isEqualTo(DIGEST);
        }
    }

    @Nested
    class WhenTheEngineSaysItIsDone {
        @Test
        void theImageMustBeThere() {
            start(APP, PullPolicy.IF_NOT_PRESENT);
            engine.lastCall().succeed();
            assertThat(events.getLast()).isInstanceOfSatisfying(PullEvent.Failed.class, failed -> {
                assertThat(failed.reason()).isEqualTo(FailureReason.ENGINE_ERROR);
                assertThat(failed.message()).contains("does not have").contains(APP);
            });
        }

        @Test
        void aPinnedDigestMustBeTheOneThatCame() {
            String pinned = "localhost:5000/team/app@" + DIGEST;
            start(pinned, PullPolicy.IF_NOT_PRESENT);
            engine.has(pinned, OTHER_DIGEST);
            engine.lastCall().succeed();
            assertThat(events.getLast())
                    .isInstanceOfSatisfying(
                            PullEvent.Failed.class,
                            failed -> assertThat(failed.reason()).isEqualTo(FailureReason.DIGEST_MISMATCH));
        }

        @Test
        void tagAndDigestPullsByDigestAndThenTags() {
            String pinned = "localhost:5000/team/app@" + DIGEST;
            start(APP + "@" + DIGEST, PullPolicy.IF_NOT_PRESENT);
            engine.has(pinned, DIGEST);
            engine.lastCall().succeed();
            assertThat(types()).last().isEqualTo("pull.succeeded");
            assertThat(engine.tags).containsExactly(pinned + " -> localhost:5000/team/app:1");
        }

        @Test
        void anImageForAnotherPlatformIsNotWhatWasAskedFor() {
            PullSpec spec = spec(APP, PullPolicy.IF_NOT_PRESENT, "linux/arm64");
            PullRun run = run(spec);
            run.join(follow(spec, events));
            run.start();
            engine.has(APP, DIGEST); // amd64
            engine.lastCall().succeed();
            assertThat(events.getLast())
                    .isInstanceOfSatisfying(
                            PullEvent.Failed.class,
                            failed -> assertThat(failed.reason()).isEqualTo(FailureReason.NO_PLATFORM));
        }

        @Test
        void theLastProgressIsAHundredPercent() {
            start(APP, PullPolicy.IF_NOT_PRESENT);
            engine.lastCall().messages.accept(layer(LayerStep.PULLING_FS_LAYER, null, null));
            engine.lastCall().messages.accept(layer(LayerStep.DOWNLOADING, 10L, 100L));
            engine.has(APP, DIGEST);
            engine.lastCall().succeed();
            List<PullEvent.Progress> progress = events.stream()
                    .filter(PullEvent.Progress.class::isInstance)
                    .map(PullEvent.Progress.class::cast)
                    .toList();
            assertThat(progress.getLast().percent()).isEqualTo(100);
            assertThat(types()).endsWith("pull.progress", "pull.succeeded");
            assertThat(timers.pending()).isZero();
        }
    }

    @Nested
    class WhenAnAttemptFails {
        @Test
        void whatCanHealIsTriedAgainUntilTheLimit() {
            start(APP, PullPolicy.IF_NOT_PRESENT);
            for (int attempt = 1; attempt <= 3; attempt++) {
                engine.lastCall().fail(FailureReason.NETWORK);
                timers.advance(Duration.ofSeconds(10));
            }
            assertThat(engine.calls).hasSize(3);
            assertThat(types())
                    .containsExactly(
                            "pull.queued",
                            "pull.started",
                            "pull.retrying",
                            "pull.started",
                            "pull.retrying",
                            "pull.started",
                            "pull.failed");
            PullEvent.Failed failed = (PullEvent.Failed) events.getLast();
            assertThat(failed.attempts()).isEqualTo(3);
            assertThat(failed.message()).isEqualTo("the engine's words");
            assertThat(failed.hint()).isNotBlank();
            assertThat(timers.pending()).isZero();
        }

        @Test
        void whatCannotHealFailsAtOnce() {
            start(APP, PullPolicy.IF_NOT_PRESENT);
            engine.lastCall().fail(FailureReason.AUTH);
            assertThat(types()).containsExactly("pull.queued", "pull.started", "pull.failed");
            assertThat(over).isEqualTo(1);
        }

        @Test
        void anEngineThatIsGoneIsWaitedFor() {
            engine.gone = true;
            start(APP, PullPolicy.IF_NOT_PRESENT);
            assertThat(types()).containsExactly("pull.queued", "pull.retrying");
            engine.gone = false;
            timers.advance(Duration.ofSeconds(10));
            assertThat(engine.calls).hasSize(1);
        }

        @Test
        void tooLongAnAttemptIsClosed() {
            start(APP, PullPolicy.IF_NOT_PRESENT);
            timers.advance(Duration.ofSeconds(60));
            assertThat(engine.lastCall().closed).isTrue();
            assertThat(events.getLast())
                    .isInstanceOfSatisfying(
                            PullEvent.Failed.class,
                            failed -> assertThat(failed.reason()).isEqualTo(FailureReason.TIMEOUT));
        }
    }

    @Nested
    class WhenALoginIsRefused {
        final RegistryAuth stale = new RegistryAuth("stale", "p", "localhost:5000", null, null);
        final RegistryAuth good = new RegistryAuth("good", "p", "localhost:5000", null, null);

        @Test
        void theNextOneIsTriedAtOnceAndCostsNoRetry() {
            keyring = _ -> Future.succeededFuture(List.of(stale, good));
            start(APP, PullPolicy.IF_NOT_PRESENT);
            assertThat(engine.lastCall().request.auth()).isEqualTo(stale);
            engine.lastCall().fail(FailureReason.AUTH);
            assertThat(engine.lastCall().request.auth()).isEqualTo(good);
            assertThat(types()).containsExactly("pull.queued", "pull.started", "pull.retrying", "pull.started");
            assertThat(events.get(2)).isInstanceOfSatisfying(PullEvent.Retrying.class, retrying -> {
                assertThat(retrying.reason()).isEqualTo(FailureReason.AUTH);
                assertThat(retrying.delaySeconds()).isZero();
            });
            assertThat(events.get(3).origin().attempt()).isEqualTo(2);
            for (int retry = 1; retry <= 2; retry++) { // all that the job allows
                engine.lastCall().fail(FailureReason.NETWORK);
                timers.advance(Duration.ofSeconds(10));
                assertThat(engine.lastCall().request.auth()).isEqualTo(stale); // looked up anew, from the first
                engine.lastCall().fail(FailureReason.AUTH);
            }
            engine.has(APP, DIGEST);
            engine.lastCall().succeed();
            assertThat(types()).last().isEqualTo("pull.succeeded");
            assertThat(timers.pending()).isZero();
        }

        @Test
        void andNoneIsLeftThePullFailsForGood() {
            keyring = _ -> Future.succeededFuture(List.of(stale, good));
            start(APP, PullPolicy.IF_NOT_PRESENT);
            engine.lastCall().fail(FailureReason.AUTH);
            engine.lastCall().fail(FailureReason.AUTH);
            assertThat(engine.calls).hasSize(2);
            assertThat(events.getLast()).isInstanceOfSatisfying(PullEvent.Failed.class, failed -> {
                assertThat(failed.reason()).isEqualTo(FailureReason.AUTH);
                assertThat(failed.attempts()).isEqualTo(2);
            });
        }

        @Test
        void onlyARefusalIsAReasonToTryTheNext() {
            keyring = _ -> Future.succeededFuture(List.of(good, stale));
            start(APP, PullPolicy.IF_NOT_PRESENT);
            engine.lastCall().fail(FailureReason.NOT_FOUND);
            assertThat(engine.calls).hasSize(1);
            assertThat(events.getLast().type()).isEqualTo("pull.failed");
        }
    }

    @Nested
    class WhenJobsShareIt {
        @Test
        void aLateOneGetsTheStateSoFarAndEachItsOwnEvents() {
            PullRun run = start(APP, PullPolicy.IF_NOT_PRESENT);
            engine.lastCall().messages.accept(layer(LayerStep.PULLING_FS_LAYER, null, null));
            engine.lastCall().messages.accept(layer(LayerStep.DOWNLOADING, 10L, 100L));
            List<PullEvent.OfPull> late = new ArrayList<>();
            run.join(follow(spec(APP, PullPolicy.IF_NOT_PRESENT, null), late));
            assertThat(late.stream().map(PullEvent::type))
                    .containsExactly("pull.queued", "pull.started", "layer", "pull.progress");
            engine.has(APP, DIGEST);
            engine.lastCall().succeed();
            assertThat(late.getLast().type()).isEqualTo("pull.succeeded");
            assertThat(events.getLast().type()).isEqualTo("pull.succeeded");
            assertThat(engine.calls).hasSize(1);
            assertThat(late.stream().map(e -> e.origin().seq()))
                    .isSorted()
                    .doesNotHaveDuplicates()
                    .first()
                    .isEqualTo(1L);
        }

        @Test
        void onlyTheLastOneToLeaveStopsTheEngine() {
            PullSpec spec = spec(APP, PullPolicy.IF_NOT_PRESENT, null);
            PullRun run = run(spec);
            PullReporter first = follow(spec, events);
            PullReporter second = follow(spec, new ArrayList<>());
            run.join(first);
            run.join(second);
            run.start();
            run.leave(first, new PullStep.Cancelled("no longer wanted"));
            assertThat(events.getLast().type()).isEqualTo("pull.cancelled");
            assertThat(engine.lastCall().closed).isFalse();
            run.leave(second, new PullStep.Cancelled("no longer wanted"));
            assertThat(engine.lastCall().closed).isTrue();
            assertThat(run.isOver()).isTrue();
            assertThat(over).isEqualTo(1);
            assertThat(timers.pending()).isZero();
        }
    }

    @Nested
    class WhenNoByteArrives {
        void download(long bytes) {
            engine.lastCall().messages.accept(layer(LayerStep.DOWNLOADING, bytes, 100L));
        }

        @Test
        void aDownloadIsGivenUpAsStalledAndTriedAgain() {
            start(APP, PullPolicy.IF_NOT_PRESENT);
            download(10);
            timers.advance(Duration.ofSeconds(19));
            assertThat(engine.lastCall().closed).isFalse();
            timers.advance(Duration.ofSeconds(6));
            assertThat(engine.calls.getFirst().closed).isTrue();
            assertThat(events.stream().filter(PullEvent.Retrying.class::isInstance))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            PullEvent.Retrying.class,
                            retrying -> assertThat(retrying.reason()).isEqualTo(FailureReason.STALLED));
        }

        @Test
        void messagesWithoutBytesDoNotHelp() {
            start(APP, PullPolicy.IF_NOT_PRESENT);
            for (int i = 0; i < 26; i++) {
                download(10);
                timers.advance(Duration.ofSeconds(1));
            }
            assertThat(engine.calls.getFirst().closed).isTrue();
        }

        @Test
        void slowBytesAreNoStall() {
            start(APP, PullPolicy.IF_NOT_PRESENT);
            for (int i = 1; i < 50; i++) {
                download(i);
                timers.advance(Duration.ofSeconds(1));
            }
            assertThat(engine.lastCall().closed).isFalse();
        }

        @Test
        void layersThatOnlyWaitAreNoStall() {
            start(APP, PullPolicy.IF_NOT_PRESENT);
            engine.lastCall().messages.accept(layer(LayerStep.WAITING, null, null));
            timers.advance(Duration.ofSeconds(50));
            assertThat(engine.lastCall().closed).isFalse();
        }

        @Test
        void bytesOfAnotherPullOnTheEngineCountToo() {
            start(APP, PullPolicy.IF_NOT_PRESENT);
            download(10);
            for (int i = 0; i < 40; i++) {
                watch.onByte(timers.instant());
                timers.advance(Duration.ofSeconds(1));
            }
            assertThat(engine.lastCall().closed).isFalse();
        }
    }

    @Nested
    class WhenTheRegistryLimitsPulls {
        @Test
        void allPullsFromItWaitAndTheEventsSayUntilWhen() {
            start(APP, PullPolicy.IF_NOT_PRESENT);
            engine.lastCall()
                    .end
                    .complete(new CallEnd.Broken(new PullFailure(
                            FailureReason.RATE_LIMITED, true, "toomanyrequests", Duration.ofSeconds(90))));
            PullEvent.Retrying first = (PullEvent.Retrying) events.getLast();
            assertThat(first.notBefore()).isAfterOrEqualTo(timers.instant().plusSeconds(90));

            List<PullEvent.OfPull> other = new ArrayList<>();
            PullSpec spec = spec("localhost:5000/team/other:1", PullPolicy.IF_NOT_PRESENT, null);
            PullRun run = run(spec);
            run.join(follow(spec, other));
            run.start();
            assertThat(engine.calls).hasSize(1);
            assertThat(other.getLast()).isInstanceOfSatisfying(PullEvent.Retrying.class, waiting -> {
                assertThat(waiting.reason()).isEqualTo(FailureReason.RATE_LIMITED);
                assertThat(waiting.notBefore())
                        .isAfterOrEqualTo(first.notBefore().minusMillis(1));
            });
            timers.advance(Duration.ofSeconds(105));
            assertThat(engine.calls).hasSize(3);
        }

        @Test
        void pullsFromOtherRegistriesGoOn() {
            watch.pause("localhost:5000", timers.instant().plusSeconds(60), timers.instant());
            start("r.example/a:1", PullPolicy.IF_NOT_PRESENT);
            assertThat(engine.calls).hasSize(1);
        }
    }

    @Nested
    class WhenTheEngineIsGone {
        @Test
        void noRetryIsUsedUpWhileItIsWaitedFor() {
            engine.gone = true;
            start(APP, PullPolicy.IF_NOT_PRESENT);
            timers.advance(Duration.ofMinutes(4));
            assertThat(types()).doesNotContain("pull.failed").contains("pull.retrying");
            engine.gone = false;
            timers.advance(Duration.ofSeconds(15));
            assertThat(engine.calls).hasSize(1);
        }

        @Test
        void itIsNotWaitedForForever() {
            engine.gone = true;
            start(APP, PullPolicy.IF_NOT_PRESENT);
            timers.advance(Duration.ofMinutes(7));
            assertThat(events.getLast())
                    .isInstanceOfSatisfying(
                            PullEvent.Failed.class,
                            failed -> assertThat(failed.reason()).isEqualTo(FailureReason.ENGINE_GONE));
        }
    }

    @Test
    void withoutFreeSpaceNoPullStarts() {
        engine.free = 999L;
        start(APP, PullPolicy.IF_NOT_PRESENT);
        assertThat(engine.calls).isEmpty();
        assertThat(events.getLast())
                .isInstanceOfSatisfying(
                        PullEvent.Failed.class,
                        failed -> assertThat(failed.reason()).isEqualTo(FailureReason.DISK_FULL));
    }

    @Test
    void bytesAreToldAtAPaceForPeopleAndPhasesAtOnce() {
        start(APP, PullPolicy.IF_NOT_PRESENT);
        engine.lastCall().messages.accept(layer(LayerStep.PULLING_FS_LAYER, null, null));
        for (long i = 1; i <= 100; i++) {
            engine.lastCall().messages.accept(layer(LayerStep.DOWNLOADING, i, 100L));
            timers.advance(Duration.ofMillis(10));
        }
        engine.lastCall().messages.accept(layer(LayerStep.DOWNLOAD_COMPLETE, null, null));
        long layers = events.stream().filter(PullEvent.Layer.class::isInstance).count();
        assertThat(layers).isBetween(4L, 6L);
    }
}
