// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.testkit.DevEngine;
import dev.pullcast.testkit.Fault;
import dev.pullcast.testkit.FaultProxy;
import io.vertx.core.Future;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A real engine, and a real registry that misbehaves for a few seconds; what takes longer is in {@link LongFaultsIT}. */
class FaultyRegistryIT {
    @RegisterExtension
    static final DevEngine ENGINE = new DevEngine();

    FaultProxy registry;
    PullsOnAnEngine pulls;

    @BeforeEach
    void open() {
        registry = FaultProxy.before(ENGINE.registry());
        pulls = new PullsOnAnEngine(ENGINE.dockerHost());
    }

    @AfterEach
    void close() {
        pulls.close();
        registry.close();
    }

    @Test
    void tooManyRequestsInDockerHubsWordsAreARateLimit() {
        ENGINE.seed("f/limited:1", "--layers", "1", "--size", "1M", "--seed", "limited");
        registry.when("/manifests/", Fault.Answer.tooManyRequests(), 100);
        PullEvent.Failed failed = pulls.fail(registry.image("f/limited:1"), FailureReason.RATE_LIMITED);
        assertThat(failed.message()).contains("You have reached your pull rate limit");
        assertThat(failed.retryable()).isTrue();
    }

    @Test
    void aRegistryThatFailsIsTheRegistrysFault() {
        ENGINE.seed("f/broken:1", "--layers", "1", "--size", "1M", "--seed", "broken");
        registry.when("/manifests/", new Fault.Answer(500, Map.of(), "{}"), 100);
        pulls.fail(registry.image("f/broken:1"), FailureReason.REGISTRY);
        registry.heal();
        registry.when(
                "/manifests/",
                new Fault.Answer(503, Map.of("Content-Type", "text/html"), "<html>Service Unavailable</html>"),
                100);
        pulls.fail(registry.image("f/broken:1"), FailureReason.REGISTRY);
        registry.heal();
        pulls.succeed(registry.image("f/broken:1"));
    }

    @Test
    void aRegistryWithATokenServerTakesTheRightPasswordOnly() {
        ENGINE.seed("f/token:1", "--layers", "1", "--size", "1M", "--seed", "token");
        registry.when("", new Fault.Token("me", "right"), Integer.MAX_VALUE);
        pulls.fail(registry.image("f/token:1"), FailureReason.AUTH);
        pulls.logIn("me", "wrong", registry.address());
        assertThat(pulls.fail(registry.image("f/token:1"), FailureReason.AUTH).message())
                .doesNotContain("wrong");
        pulls.logIn("me", "right", registry.address());
        pulls.succeed(registry.image("f/token:1"));
    }

    @Test
    void aSlowRegistryShowsBytesThatGrow() {
        ENGINE.seed("f/slow:1", "--layers", "2", "--size", "3M", "--seed", "slow");
        registry.whenLayer(new Fault.Slow(2 << 20), 2);
        PullEvent.Succeeded end = pulls.succeed(registry.image("f/slow:1"));
        assertThat(end.bytesDownloaded()).isGreaterThan(6L << 20);
        assertThat(pulls.progress().stream()
                        .map(PullEvent.Progress::bytesCurrent)
                        .distinct()
                        .count())
                .isGreaterThan(8);
        assertThat(pulls.progress())
                .anySatisfy(progress ->
                        assertThat(progress.bytesPerSecond()).isNotNull().isBetween(1L << 20, 8L << 20));
    }

    @Test
    void aSilentDownloadIsGivenUpAndTriedAgain() {
        try (PullsOnAnEngine impatient =
                new PullsOnAnEngine(ENGINE.dockerHost(), "pull.stall-seconds", "2", "pull.backoff-limit", "1")) {
            ENGINE.seed("f/silent:1", "--layers", "1", "--size", "4M", "--seed", "silent");
            registry.whenLayer(new Fault.StallAfter(1 << 20), 1);
            impatient.succeed(registry.image("f/silent:1"));
            assertThat(impatient.retries())
                    .singleElement()
                    .satisfies(retry -> assertThat(retry.reason()).isEqualTo(FailureReason.STALLED));

            ENGINE.seed("f/silent:2", "--layers", "1", "--size", "5M", "--seed", "2");
            registry.whenLayer(new Fault.StallAfter(1 << 20), 100);
            assertThat(impatient
                            .fail(registry.image("f/silent:2"), FailureReason.STALLED)
                            .attempts())
                    .isEqualTo(2);
        }
    }

    @Test
    void twoJobsForOneImageShareTheDownload() {
        ENGINE.seed("f/shared:1", "--layers", "2", "--size", "2M", "--seed", "shared");
        registry.whenLayer(new Fault.Slow(2 << 20), 2);
        Future<PullEvent.OfPull> first = pulls.start("job1", registry.image("f/shared:1"));
        pulls.awaitBytes(1);
        Future<PullEvent.OfPull> second = pulls.start("job2", registry.image("f/shared:1"));
        PullEvent.Succeeded one = (PullEvent.Succeeded) PullsOnAnEngine.await(first);
        PullEvent.Succeeded two = (PullEvent.Succeeded) PullsOnAnEngine.await(second);
        assertThat(two.digest()).isEqualTo(one.digest());
        assertThat(registry.layerRequests()).hasSize(2);
        pulls.percentNeverFell();
        for (String job : new String[] {"job1", "job2"}) {
            assertThat(pulls.events.stream()
                            .filter(event -> event.origin().job().equals(job))
                            .filter(event ->
                                    event instanceof PullEvent.Layer layer && layer.phase() == LayerPhase.COMPLETE))
                    .as(job)
                    .hasSize(2);
        }
    }

    @Test
    void fortyLayersAreAllTold() {
        ENGINE.seed("f/forty:1", "--layers", "40", "--size", "60K", "--seed", "forty");
        PullEvent.Succeeded end = pulls.succeed(registry.image("f/forty:1"));
        assertThat(end.layersDownloaded()).isEqualTo(40);
        PullEvent.Progress last = pulls.progress().getLast();
        assertThat(last.layersTotal()).isEqualTo(40);
        assertThat(last.layersDone()).isEqualTo(40);
        assertThat(last.percent()).isEqualTo(100);
    }

    @Test
    void aRegistryThatTakesNoConnectionIsTheNetwork() {
        ENGINE.seed("f/refused:1", "--layers", "1", "--size", "1M", "--seed", "refused");
        registry.refuse();
        pulls.fail(registry.image("f/refused:1"), FailureReason.NETWORK);
        registry.accept();
        pulls.succeed(registry.image("f/refused:1"));
    }
}
