// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.PullId;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.DevEngine;
import dev.pullcast.worker.engine.DockerEngine;
import dev.pullcast.worker.engine.EngineAddress;
import dev.pullcast.worker.engine.Keyring;
import dev.pullcast.worker.intake.PullSlots;
import dev.pullcast.worker.pull.PullReporter;
import dev.pullcast.worker.pull.PullRun;
import dev.pullcast.worker.pull.PullSettings;
import dev.pullcast.worker.pull.PullSpec;
import dev.pullcast.worker.pull.Timers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The worker's code on a real engine and a real registry. */
class RealEngineIT {
    @RegisterExtension
    static final DevEngine ENGINE = new DevEngine();

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    private final Vertx vertx = loops.vertx();
    private final List<PullEvent.OfPull> events = new CopyOnWriteArrayList<>();
    private final DockerEngine client = DockerEngine.at(vertx, new EngineAddress.Socket(ENGINE.socket()));
    private final PullSlots slots = slots();

    @AfterEach
    void close() throws Exception {
        await(client.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private final PullSlots slots() {
        PullSettings settings = new PullSettings(
                4, 1, Duration.ofMillis(50), Duration.ofMillis(50), Duration.ofMinutes(5), Duration.ofMillis(50));
        return new PullSlots(
                new PullRun.Parts(
                        client,
                        Keyring.ANONYMOUS,
                        Timers.of(vertx, InstantSource.system()),
                        RandomGenerator.getDefault(),
                        settings),
                new PullReporter.Identity("w1", "i1"),
                (event, _) -> {
                    events.add(event);
                    return Future.succeededFuture();
                });
    }

    private PullEvent.OfPull pull(String image, PullPolicy policy, @Nullable String platform) throws Exception {
        ImageReference reference = ImageReference.parse(image);
        PullSpec spec = new PullSpec(
                "job",
                PullId.of(reference.canonical(), platform),
                image,
                reference,
                platform,
                null,
                null,
                policy,
                null,
                null,
                null,
                Instant.now().plus(Duration.ofMinutes(10)),
                0);
        Promise<PullEvent.OfPull> end = Promise.promise();
        vertx.runOnContext(_ -> slots.submit(spec).ended().onComplete(end));
        return await(end.future());
    }

    private static FailureReason reasonOf(PullEvent event) {
        return ((PullEvent.Failed) event).reason();
    }

    @Test
    void aPullTellsEveryLayerAndEndsWithTheRegistrysDigest() throws Exception {
        String digest =
                ENGINE.seed("it/app:1", "--layers", "3", "--size", "2M,4M,6M").get("it/app:1");
        PullEvent.Succeeded end = (PullEvent.Succeeded) pull(ENGINE.image("it/app:1"), PullPolicy.IF_NOT_PRESENT, null);
        assertThat(end.digest()).isEqualTo(digest);
        assertThat(end.layersDownloaded()).isEqualTo(3);
        assertThat(ENGINE.docker("image", "inspect", "--format", "{{json .RepoDigests}}", ENGINE.image("it/app:1")))
                .contains(digest);

        Map<String, LayerPhase> last = new HashMap<>();
        double percent = 0;
        for (PullEvent.OfPull event : events) {
            if (event instanceof PullEvent.Layer layer) {
                LayerPhase before = last.put(layer.layer(), layer.phase());
                assertThat(before == null || before.compareTo(layer.phase()) <= 0)
                        .as("%s", layer)
                        .isTrue();
            } else if (event instanceof PullEvent.Progress progress) {
                assertThat(progress.percent()).isGreaterThanOrEqualTo(percent);
                percent = progress.percent();
            }
        }
        assertThat(last.values()).hasSize(3).containsOnly(LayerPhase.COMPLETE);
        assertThat(percent).isEqualTo(100);
        PullEvent.Progress total = (PullEvent.Progress) events.get(events.size() - 2);
        assertThat(total.bytesCurrent()).isEqualTo(total.bytesTotal()).isBetween(12L << 20, 13L << 20);
        assertThat(end.bytesDownloaded()).isEqualTo(total.bytesCurrent());

        assertThat(pull(ENGINE.image("it/app:1"), PullPolicy.IF_NOT_PRESENT, null))
                .isInstanceOfSatisfying(
                        PullEvent.Skipped.class,
                        skipped -> assertThat(skipped.digest()).isEqualTo(digest));
    }

    @Test
    void tagAndDigestLeavesTheTagOnTheEngine() throws Exception {
        String digest =
                ENGINE.seed("it/pinned:7", "--layers", "1", "--size", "1M").get("it/pinned:7");
        PullEvent end = pull(ENGINE.image("it/pinned:7") + "@" + digest, PullPolicy.IF_NOT_PRESENT, null);
        assertThat(end.type()).isEqualTo("pull.succeeded");
        assertThat(ENGINE.has(ENGINE.image("it/pinned:7"))).isTrue();
    }

    @Test
    void whatTheRegistryDoesNotHaveIsNotFoundAndTheNextPullGoesOn() throws Exception {
        ENGINE.seed("it/next:1", "--layers", "1", "--size", "1M");
        assertThat(reasonOf(pull(ENGINE.image("it/next:nope"), PullPolicy.IF_NOT_PRESENT, null)))
                .isEqualTo(FailureReason.NOT_FOUND);
        assertThat(pull(ENGINE.image("it/next:1"), PullPolicy.IF_NOT_PRESENT, null)
                        .type())
                .isEqualTo("pull.succeeded");
    }

    @Test
    void aForeignPlatformIsToldApart() throws Exception {
        ENGINE.seed("it/multi:1", "--layers", "1", "--size", "1M", "--index", "amd64,arm64/v8");
        assertThat(reasonOf(pull(ENGINE.image("it/multi:1"), PullPolicy.ALWAYS, "linux/s390x")))
                .isEqualTo(FailureReason.NO_PLATFORM);
        assertThat(pull(ENGINE.image("it/multi:1"), PullPolicy.ALWAYS, "linux/arm64/v8")
                        .type())
                .isEqualTo("pull.succeeded");
    }

    @Test
    void aRegistryThatIsDownIsRetriedThenFailsAsNetwork() throws Exception {
        ENGINE.seed("it/down:1", "--layers", "1", "--size", "1M");
        ENGINE.killRegistry();
        try {
            PullEvent.OfPull end = pull(ENGINE.image("it/down:1"), PullPolicy.IF_NOT_PRESENT, null);
            assertThat(reasonOf(end)).isEqualTo(FailureReason.NETWORK);
            assertThat(((PullEvent.Failed) end).attempts()).isEqualTo(2);
            assertThat(events).extracting(PullEvent::type).contains("pull.retrying");
        } finally {
            ENGINE.restart();
        }
        assertThat(pull(ENGINE.image("it/down:1"), PullPolicy.IF_NOT_PRESENT, null)
                        .type())
                .isEqualTo("pull.succeeded");
    }

    @Test
    void anEngineThatDiesIsEngineGoneAndTheNextPullFindsItAgain() throws Exception {
        ENGINE.seed("it/big:1", "--layers", "2", "--size", "60M");
        Thread killer = Thread.ofVirtual().start(() -> {
            Awaitility.await().until(() -> events.stream().anyMatch(PullEvent.Layer.class::isInstance));
            ENGINE.killEngine();
        });
        PullEvent.OfPull end = pull(ENGINE.image("it/big:1"), PullPolicy.IF_NOT_PRESENT, null);
        killer.join();
        assertThat(reasonOf(end)).isEqualTo(FailureReason.ENGINE_GONE);
        ENGINE.restart();
        assertThat(pull(ENGINE.image("it/big:1"), PullPolicy.IF_NOT_PRESENT, null)
                        .type())
                .isEqualTo("pull.succeeded");
    }
}
