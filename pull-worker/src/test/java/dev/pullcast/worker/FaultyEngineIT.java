// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.testkit.DevEngine;
import dev.pullcast.testkit.Fault;
import dev.pullcast.testkit.FaultProxy;
import dev.pullcast.testkit.SelfSignedServer;
import io.vertx.core.Future;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Real engines in trouble of their own. */
class FaultyEngineIT {
    @Nested
    class AnEngine {
        @Test
        void withAFullDiskSaysSoInWhateverWords() {
            try (DevEngine engine = DevEngine.withDiskOf(48).open();
                    PullsOnAnEngine pulls = new PullsOnAnEngine(engine.dockerHost(), "pull.min-free-mib", "0")) {
                engine.seed("e/download:1", "--layers", "1", "--size", "60M");
                pulls.fail(engine.image("e/download:1"), FailureReason.DISK_FULL);
                engine.seed("e/extract:1", "--layers", "1", "--size", "30M");
                pulls.fail(engine.image("e/extract:1"), FailureReason.DISK_FULL);
                engine.seed("e/small:1", "--layers", "1", "--size", "1M");
                pulls.succeed(engine.image("e/small:1"));
            }
        }

        @Test
        void withTooLittleSpaceIsNotEvenAsked() {
            try (DevEngine engine = DevEngine.withDiskOf(48).open();
                    FaultProxy registry = FaultProxy.before(engine.registry());
                    PullsOnAnEngine pulls = new PullsOnAnEngine(engine.dockerHost(), "pull.min-free-mib", "64")) {
                PullsOnAnEngine.await(pulls.engine.facts());
                engine.seed("e/small:1", "--layers", "1", "--size", "1M");
                pulls.fail(registry.image("e/small:1"), FailureReason.DISK_FULL);
                assertThat(registry.requests()).isEmpty();
            }
        }

        @Test
        void thatIsKilledInMidPullIsWaitedForAndThePullGoesOn() {
            try (DevEngine engine = new DevEngine().open();
                    FaultProxy registry = FaultProxy.before(engine.registry());
                    PullsOnAnEngine pulls =
                            new PullsOnAnEngine(engine.dockerHost(), "pull.engine-wait-seconds", "60")) {
                engine.seed("e/killed:1", "--layers", "2", "--size", "4M");
                registry.whenLayer(new Fault.Slow(1 << 20), 2);
                Future<PullEvent.OfPull> pull = pulls.start("job", registry.image("e/killed:1"));
                pulls.awaitBytes(1 << 20);
                engine.killEngine();
                engine.restart();
                assertThat(PullsOnAnEngine.await(pull)).isInstanceOf(PullEvent.Succeeded.class);
                pulls.percentNeverFell();
                assertThat(engine.has(registry.image("e/killed:1"))).isTrue();
            }
        }
    }

    @Nested
    class ARegistry {
        @Test
        void thatAsksForALoginTellsMissingAndWrongPasswordsAsAuth() {
            try (DevEngine engine = DevEngine.withLogin("me", "right").open();
                    PullsOnAnEngine pulls = new PullsOnAnEngine(engine.dockerHost())) {
                engine.seed("e/private:1", "--layers", "1", "--size", "1M");
                pulls.fail(engine.image("e/private:1"), FailureReason.AUTH);
                pulls.logIn("me", "wr0ng-one", engine.registry());
                assertThat(pulls.fail(engine.image("e/private:1"), FailureReason.AUTH)
                                .message())
                        .doesNotContain("wr0ng-one");
                pulls.logIn("me", "right", engine.registry());
                pulls.succeed(engine.image("e/private:1"));
            }
        }

        @Test
        void withACertificateThatNobodyKnowsIsTls() {
            try (SelfSignedServer server = SelfSignedServer.start();
                    DevEngine engine = new DevEngine().open();
                    PullsOnAnEngine pulls = new PullsOnAnEngine(engine.dockerHost())) {
                PullEvent.Failed failed = pulls.fail(server.address() + "/a/b:1", FailureReason.TLS);
                assertThat(failed.retryable()).isFalse();
            }
        }
    }

    @Nested
    class TheDockerCommand {
        @Test
        void pullsWhatTheApiWouldPullAndFailsAsItWould() {
            try (DevEngine engine = new DevEngine().open();
                    FaultProxy registry = FaultProxy.before(engine.registry());
                    PullsOnAnEngine pulls = new PullsOnAnEngine(engine.dockerHost(), "engine.mode", "cli")) {
                String digest =
                        engine.seed("e/cli:1", "--layers", "3", "--size", "1M").get("e/cli:1");
                assertThat(PullsOnAnEngine.await(pulls.engine.facts()).kind()).isEqualTo("docker");
                PullEvent.Succeeded end = pulls.succeed(engine.image("e/cli:1"));
                assertThat(end.digest()).isEqualTo(digest);
                assertThat(end.layersDownloaded()).isEqualTo(3);
                assertThat(pulls.pull(engine.image("e/cli:1"))).isInstanceOf(PullEvent.Skipped.class);
                assertThat(pulls.pull(engine.image("e/cli:2")))
                        .isInstanceOfSatisfying(
                                PullEvent.Failed.class,
                                failed -> assertThat(failed.reason()).isEqualTo(FailureReason.NOT_FOUND));
                registry.when("/manifests/", Fault.Answer.tooManyRequests(), 100);
                pulls.fail(registry.image("e/cli:1"), FailureReason.RATE_LIMITED);
                registry.refuse();
                pulls.fail(registry.image("e/cli:3"), FailureReason.NETWORK);
            }
        }

        @Test
        void logsInAndTellsThatTheEngineWentAway() {
            try (DevEngine engine = DevEngine.withLogin("me", "right").open();
                    PullsOnAnEngine pulls = new PullsOnAnEngine(engine.dockerHost(), "engine.mode", "cli")) {
                engine.seed("e/private:1", "--layers", "2", "--size", "40M");
                pulls.fail(engine.image("e/private:1"), FailureReason.AUTH);
                pulls.logIn("me", "right", engine.registry());
                Future<PullEvent.OfPull> pull = pulls.start("job", engine.image("e/private:1"));
                org.awaitility.Awaitility.await()
                        .until(() -> pulls.events.stream().anyMatch(PullEvent.Layer.class::isInstance));
                engine.killEngine();
                assertThat(PullsOnAnEngine.await(pull))
                        .isInstanceOfSatisfying(
                                PullEvent.Failed.class,
                                failed -> assertThat(failed.reason())
                                        .as(failed.message())
                                        .isEqualTo(FailureReason.ENGINE_GONE));
                engine.restart();
                pulls.succeed(engine.image("e/private:1"));
            }
        }
    }
}
