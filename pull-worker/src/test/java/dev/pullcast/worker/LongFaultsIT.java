// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.testkit.DevEngine;
import dev.pullcast.testkit.Fault;
import dev.pullcast.testkit.FaultProxy;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Faults of which the engine itself makes a long story; run by {@code make test-faults} only. */
@Tag("faults")
class LongFaultsIT {
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
    void aLayerThatIsCutTwiceIsGoneOnWithByTheEngineAndThePercentageNeverFalls() {
        ENGINE.seed("l/cut:1", "--layers", "2", "--size", "6M", "--seed", "cut");
        registry.whenLayer(new Fault.ResetAfter(2 << 20), 2);
        PullEvent.Succeeded end = pulls.succeed(registry.image("l/cut:1"));
        assertThat(pulls.engineRetries()).isPositive();
        assertThat(end.origin().attempt()).isEqualTo(1);
        assertThat(end.bytesDownloaded()).isBetween(12L << 20, 13L << 20);
        assertThat(registry.layerRequests())
                .anySatisfy(request -> assertThat(request.range()).startsWith("bytes="));
    }

    @Test
    void aConnectionThatEndsEarlyIsNotTakenForTheWholeLayer() {
        ENGINE.seed("l/fin:1", "--layers", "1", "--size", "6M", "--seed", "fin");
        registry.whenLayer(new Fault.EndAfter(2 << 20), 1);
        pulls.succeed(registry.image("l/fin:1"));
        assertThat(registry.layerRequests()).hasSizeGreaterThan(1);
    }

    @Test
    void aRegistryThatIsKilledInMidLayerAndComesBackCostsTimeOnly() {
        ENGINE.seed("l/back:1", "--layers", "2", "--size", "6M", "--seed", "back");
        registry.whenLayer(new Fault.Slow(1 << 20), 2);
        Future<PullEvent.OfPull> pull = pulls.start("job", registry.image("l/back:1"));
        pulls.awaitBytes(2 << 20);
        ENGINE.killRegistry();
        registry.refuse();
        ENGINE.restart();
        registry.accept();
        assertThat(PullsOnAnEngine.await(pull)).isInstanceOf(PullEvent.Succeeded.class);
        assertThat(pulls.engineRetries()).isPositive();
        pulls.percentNeverFell();
    }

    @Test
    void aRegistryThatDoesNotComeBackIsTheNetworkWhenTheEngineHasGivenUp() {
        ENGINE.seed("l/away:1", "--layers", "1", "--size", "6M", "--seed", "away");
        registry.whenLayer(new Fault.Slow(1 << 20), 1);
        Instant start = Instant.now();
        Future<PullEvent.OfPull> pull = pulls.start("job", registry.image("l/away:1"));
        pulls.awaitBytes(1 << 20);
        registry.refuse();
        assertThat(PullsOnAnEngine.await(pull))
                .isInstanceOfSatisfying(
                        PullEvent.Failed.class,
                        failed ->
                                assertThat(failed.reason()).as(failed.message()).isEqualTo(FailureReason.NETWORK));
        // Its waits of 5, 10, 15, 20 and 25 s are no stall, although the bound is 60 s.
        assertThat(Duration.between(start, Instant.now())).isGreaterThan(Duration.ofSeconds(60));
        pulls.percentNeverFell();
    }

    @Test
    void aLayerThatIsNeverWholeIsTheNetworksFault() {
        ENGINE.seed("l/always:1", "--layers", "1", "--size", "40M", "--seed", "always");
        registry.whenLayer(new Fault.ResetAfter(1 << 20), 1000);
        PullEvent.Failed failed = pulls.fail(registry.image("l/always:1"), FailureReason.NETWORK);
        assertThat(failed.attempts()).isEqualTo(1);
        assertThat(pulls.engineRetries()).isGreaterThanOrEqualTo(5);
    }

    @Test
    void aLayerOfOneGigabyteIsCountedToItsEnd() {
        ENGINE.seed("l/giga:1", "--layers", "1", "--size", "1024M", "--seed", "giga");
        PullEvent.Succeeded end = pulls.succeed(registry.image("l/giga:1"));
        assertThat(end.bytesDownloaded()).isGreaterThanOrEqualTo(1L << 30);
        assertThat(pulls.progress()).hasSizeGreaterThan(20);
        ENGINE.docker("image", "rm", registry.image("l/giga:1"));
    }
}
