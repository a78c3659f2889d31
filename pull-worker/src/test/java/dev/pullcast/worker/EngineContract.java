// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.testkit.DevEngine;
import dev.pullcast.testkit.Fault;
import dev.pullcast.testkit.FaultProxy;
import dev.pullcast.testkit.TokenRegistry;
import dev.pullcast.worker.engine.EngineDetails;
import dev.pullcast.worker.engine.RegistryAuth;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a worker does with any engine, whatever that says and in which order: run against each real one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EngineContract {
    private FaultProxy registry;
    private TokenRegistry tokens;
    private Subject engine;
    private PullsOnAnEngine pulls;

    /** The engine under test. */
    interface Subject extends AutoCloseable {
        String dockerHost();

        boolean has(String reference);

        @Override
        void close();

        /** Docker's, which its class starts and ends. */
        static Subject of(DevEngine engine) {
            return new Subject() {
                @Override
                public String dockerHost() {
                    return engine.dockerHost();
                }

                @Override
                public boolean has(String reference) {
                    return engine.has(reference);
                }

                @Override
                public void close() {}
            };
        }
    }

    /** Whose registry the images are in. */
    abstract DevEngine images();

    /** @param insecure registries that speak plain HTTP */
    abstract Subject open(String... insecure);

    abstract void isWhatItIs(EngineDetails details);

    /** By which way it is reached. */
    String mode() {
        return "api";
    }

    /** As the others, but patient, and with one more setting. */
    private PullsOnAnEngine with(String key, String value) {
        return new PullsOnAnEngine(engine.dockerHost(), "engine.mode", mode(), "pull.backoff-limit", "3", key, value);
    }

    @BeforeAll
    void openTokens() {
        tokens = TokenRegistry.withImagesOf(images());
    }

    @AfterAll
    void closeTokens() {
        tokens.close();
    }

    @BeforeEach
    void openAll() {
        registry = FaultProxy.before(images().registry());
        engine = open(registry.address(), tokens.address());
        pulls = new PullsOnAnEngine(engine.dockerHost(), "engine.mode", mode());
    }

    @AfterEach
    void closeAll() {
        pulls.close();
        engine.close();
        registry.close();
    }

    private static String seed(DevEngine images, String image, String size) {
        return images.seedImage(image, "--layers", "3", "--size", size, "--seed", image);
    }

    @Test
    void tellsAllAboutItself() {
        EngineDetails details = PullsOnAnEngine.await(pulls.engine.details());
        assertThat(details.facts().version()).isNotEmpty();
        assertThat(details.oldestApi()).isNotNull();
        assertThat(details.newestApi()).isNotNull();
        isWhatItIs(details);
    }

    @Test
    void pullsEveryLayerAndAsksNobodyForWhatIsThere() {
        String digest = seed(images(), "c/app:1", "1M");
        PullEvent.Succeeded end = pulls.succeed(registry.image("c/app:1"));
        assertThat(end.digest()).isEqualTo(digest);
        assertThat(end.previousDigest()).isNull();
        assertThat(end.layersDownloaded()).isEqualTo(3);
        assertThat(pulls.progress().getLast().percent()).isEqualTo(100);
        assertThat(engine.has(registry.image("c/app:1"))).isTrue();
        int asked = registry.requests().size();
        assertThat(pulls.pull(registry.image("c/app:1")))
                .isInstanceOfSatisfying(
                        PullEvent.Skipped.class,
                        skipped -> assertThat(skipped.digest()).isEqualTo(digest));
        assertThat(registry.requests()).hasSize(asked);
    }

    @Test
    void alwaysAsksAgainAndTellsBothDigests() {
        String before = images().seedImage("c/moving:1", "--layers", "1", "--size", "64K", "--seed", "before");
        pulls.succeed(registry.image("c/moving:1"));
        String after = images().seedImage("c/moving:1", "--layers", "1", "--size", "64K", "--seed", "after");
        assertThat(pulls.pull(registry.image("c/moving:1"), PullPolicy.IF_NOT_PRESENT, null))
                .isInstanceOf(PullEvent.Skipped.class);
        assertThat(pulls.pull(registry.image("c/moving:1"), PullPolicy.ALWAYS, null))
                .isInstanceOfSatisfying(PullEvent.Succeeded.class, end -> {
                    assertThat(end.previousDigest()).isEqualTo(before);
                    assertThat(end.digest()).isEqualTo(after);
                });
    }

    @Test
    void aDigestIsThereOnlyIfThatDigestIsAndATagBesideItIsSet() {
        images().seedImage("c/pinned:1", "--layers", "1", "--size", "64K", "--seed", "old");
        pulls.succeed(registry.image("c/pinned:1"));
        String wanted = images().seedImage("c/pinned:1", "--layers", "1", "--size", "64K", "--seed", "new");
        String byDigest = registry.image("c/pinned:stable") + '@' + wanted;
        assertThat(pulls.succeed(byDigest).digest()).isEqualTo(wanted);
        assertThat(engine.has(registry.image("c/pinned:stable"))).isTrue();
        assertThat(pulls.pull(byDigest)).isInstanceOf(PullEvent.Skipped.class);
        pulls.fail(registry.image("c/pinned@sha256:" + "0".repeat(64)), FailureReason.NOT_FOUND);
    }

    @Test
    void whatTheRegistryDoesNotHaveIsNotFound() {
        seed(images(), "c/there:1", "64K");
        pulls.fail(registry.image("c/there:nope"), FailureReason.NOT_FOUND);
        pulls.fail(registry.image("c/nowhere:1"), FailureReason.NOT_FOUND);
    }

    @Test
    void onlyAPlatformOfTheImageCanBeHad() {
        images().seedImage("c/multi:1", "--layers", "1", "--size", "64K", "--index", "amd64,arm64/v8");
        assertThat(pulls.pull(registry.image("c/multi:1"), PullPolicy.ALWAYS, "linux/s390x"))
                .isInstanceOfSatisfying(
                        PullEvent.Failed.class,
                        failed ->
                                assertThat(failed.reason()).as(failed.message()).isEqualTo(FailureReason.NO_PLATFORM));
        assertThat(pulls.pull(registry.image("c/multi:1"), PullPolicy.ALWAYS, "linux/arm64"))
                .isInstanceOf(PullEvent.Succeeded.class);
    }

    @Test
    void aPasswordIsAskedForAndSentAndNeverShown() {
        seed(images(), "c/private:1", "64K");
        registry.when("", new Fault.Basic("me", "right"), Integer.MAX_VALUE);
        pulls.fail(registry.image("c/private:1"), FailureReason.AUTH);
        pulls.logIn("me", "wr0ng-one", registry.address());
        assertThat(pulls.fail(registry.image("c/private:1"), FailureReason.AUTH).message())
                .doesNotContain("wr0ng-one");
        pulls.logIn("me", "right", registry.address());
        pulls.succeed(registry.image("c/private:1"));
    }

    @Test
    void aRegistryWithTokensTakesPasswordsAndIdentityTokens() {
        seed(images(), "token/any:1", "64K");
        seed(images(), TokenRegistry.HIS_REPOSITORY + ":1", "64K");
        pulls.fail(tokens.image("token/any:1"), FailureReason.AUTH);
        pulls.logIn(TokenRegistry.USER, "wr0ng-one", tokens.address());
        assertThat(pulls.fail(tokens.image("token/any:1"), FailureReason.AUTH).message())
                .doesNotContain("wr0ng-one");
        pulls.logIn(TokenRegistry.LIMITED_USER, TokenRegistry.PASSWORD, tokens.address());
        pulls.fail(tokens.image("token/any:1"), FailureReason.AUTH);
        pulls.succeed(tokens.image(TokenRegistry.HIS_REPOSITORY + ":1"));
        pulls.logIn(new RegistryAuth(null, null, tokens.address(), "n0-such-token", null));
        assertThat(pulls.fail(tokens.image("token/any:1"), FailureReason.AUTH).message())
                .doesNotContain("n0-such-token");
        pulls.logIn(new RegistryAuth(null, null, tokens.address(), TokenRegistry.IDENTITY_TOKEN, null));
        pulls.succeed(tokens.image("token/any:1"));
        assertThat(tokens.tokenRequests()).contains(new TokenRegistry.TokenRequest("refresh_token", true));
    }

    @Test
    void aRegistryInTroubleIsTheRegistrysFaultAndOneThatIsAwayTheNetworks() {
        seed(images(), "c/broken:1", "64K");
        registry.when("/manifests/", new Fault.Answer(500, Map.of(), "{}"), 1000);
        pulls.fail(registry.image("c/broken:1"), FailureReason.REGISTRY);
        registry.heal();
        registry.refuse();
        pulls.fail(registry.image("c/broken:1"), FailureReason.NETWORK);
        registry.accept();
        pulls.succeed(registry.image("c/broken:1"));
    }

    /** Podman says nothing for two minutes, which is no stall, and then the same. */
    @Test
    void tooManyRequestsAreARateLimit() {
        seed(images(), "c/limited:1", "64K");
        registry.when("/manifests/", Fault.Answer.tooManyRequests(), 1000);
        assertThat(pulls.fail(registry.image("c/limited:1"), FailureReason.RATE_LIMITED)
                        .retryable())
                .isTrue();
    }

    @Test
    void aLayerThatIsNotWhatItsDigestSaysIsNotTaken() {
        images().seedImage("c/corrupt:1", "--layers", "1", "--size", "2M", "--seed", "corrupt");
        registry.whenLayer(new Fault.CorruptAt(1 << 20), 1000);
        PullEvent.Failed failed = pulls.fail(registry.image("c/corrupt:1"), FailureReason.DIGEST_MISMATCH);
        assertThat(failed.retryable()).isFalse();
        assertThat(engine.has(registry.image("c/corrupt:1"))).isFalse();
        registry.heal();
        // containerd keeps what came for as long as its garbage collector has not looked, and takes it for good.
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            pulls.events.clear(); // another pull with a percentage of its own
            pulls.succeed(registry.image("c/corrupt:1"));
        });
    }

    @Test
    void aDownloadThatIsCutIsTriedAgainByTheEngineOrTheWorker() {
        try (PullsOnAnEngine patient = with("pull.backoff-limit", "3")) {
            seed(images(), "c/cut:1", "2M");
            registry.whenLayer(new Fault.ResetAfter(1 << 20), 2);
            patient.succeed(registry.image("c/cut:1"));
        }
    }

    /** Some engines repeat themselves ten times a second although nothing moves. */
    @Test
    void aDownloadThatStallsIsGivenUpWhateverTheEngineSaysMeanwhile() {
        try (PullsOnAnEngine impatient = with("pull.stall-seconds", "3")) {
            images().seedImage("c/silent:1", "--layers", "1", "--size", "4M", "--seed", "silent");
            registry.whenLayer(new Fault.StallAfter(1 << 20), 1);
            impatient.succeed(registry.image("c/silent:1"));
            assertThat(impatient.retries())
                    .singleElement()
                    .satisfies(retry -> assertThat(retry.reason()).isEqualTo(FailureReason.STALLED));
        }
    }

    @Test
    void theTotalIsRightLongBeforeTheEngineHasToldIt() {
        try (PullsOnAnEngine ahead = with("pull.sizes-ahead", "auto")) {
            images().seedImage("c/ahead:1", "--layers", "4", "--size", "900K", "--seed", "ahead");
            registry.whenLayer(new Fault.Slow(300 << 10), 4);
            PullEvent.Succeeded end = ahead.succeed(registry.image("c/ahead:1"));
            assertThat(end.bytesDownloaded()).isGreaterThanOrEqualTo(3600L << 10);
            assertThat(ahead.progress()).anySatisfy(progress -> {
                assertThat(progress.bytesTotal()).isEqualTo(end.bytesDownloaded());
                assertThat(progress.bytesCurrent()).isLessThan(end.bytesDownloaded());
            });
        }
    }

    @Test
    void aCancelledPullEndsTheEnginesDownloadAtOnce() {
        images().seedImage("c/cancel:1", "--layers", "2", "--size", "32M", "--seed", "cancel");
        registry.whenLayer(new Fault.Slow(1 << 20), 2);
        Future<PullEvent.OfPull> pull = pulls.start("job", registry.image("c/cancel:1"));
        Awaitility.await().until(() -> pulls.events.stream().anyMatch(PullEvent.Layer.class::isInstance));
        pulls.cancel("job");
        assertThat(PullsOnAnEngine.await(pull)).isInstanceOf(PullEvent.Cancelled.class);
        Awaitility.await().atMost(Duration.ofSeconds(15)).until(() -> registry.open() == 0);
        assertThat(engine.has(registry.image("c/cancel:1"))).isFalse();
    }

    @Test
    void twoJobsShareOneDownload() {
        images().seedImage("c/shared:1", "--layers", "2", "--size", "2M", "--seed", "shared");
        registry.whenLayer(new Fault.Slow(2 << 20), 2);
        Future<PullEvent.OfPull> first = pulls.start("job1", registry.image("c/shared:1"));
        Future<PullEvent.OfPull> second = pulls.start("job2", registry.image("c/shared:1"));
        assertThat(PullsOnAnEngine.await(first)).isInstanceOf(PullEvent.Succeeded.class);
        assertThat(PullsOnAnEngine.await(second)).isInstanceOf(PullEvent.Succeeded.class);
        assertThat(registry.layerRequests()).hasSize(2);
    }
}
