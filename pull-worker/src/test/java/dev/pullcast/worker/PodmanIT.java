// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.testkit.DevEngine;
import dev.pullcast.testkit.Fault;
import dev.pullcast.testkit.FaultProxy;
import dev.pullcast.testkit.PodmanEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Podman's Docker-compatible service and a real registry; it may have to be installed first. */
@Tag("faults")
class PodmanIT {
    @RegisterExtension
    static final DevEngine REGISTRY = new DevEngine();

    FaultProxy registry;
    PodmanEngine podman;
    PullsOnAnEngine pulls;

    @BeforeEach
    void open() {
        registry = FaultProxy.before(REGISTRY.registry());
        podman = PodmanEngine.start(registry.address());
        pulls = new PullsOnAnEngine(podman.dockerHost());
    }

    @AfterEach
    void close() {
        pulls.close();
        podman.close();
        registry.close();
    }

    @Test
    void isToldApartFromDocker() {
        assertThat(PullsOnAnEngine.await(pulls.engine.facts()).kind()).isEqualTo("podman");
    }

    @Test
    void pullsAndThenHasTheImage() {
        String digest =
                REGISTRY.seed("p/app:1", "--layers", "3", "--size", "2M").get("p/app:1");
        PullEvent.Succeeded end = pulls.succeed(registry.image("p/app:1"));
        assertThat(end.digest()).isEqualTo(digest);
        assertThat(end.layersDownloaded()).isEqualTo(3);
        assertThat(podman.has(registry.image("p/app:1"))).isTrue();
        assertThat(pulls.progress().getLast().percent()).isEqualTo(100);
        assertThat(pulls.pull(registry.image("p/app:1"))).isInstanceOf(PullEvent.Skipped.class);
    }

    @Test
    void takesLayersThatItHasFromItsStore() {
        REGISTRY.seed("p/base:1", "--layers", "3", "--size", "1M", "--base-layers", "2");
        REGISTRY.seed("p/base:2", "--layers", "3", "--size", "1M", "--base-layers", "2", "--seed", "2");
        pulls.succeed(registry.image("p/base:1"));
        PullEvent.Succeeded end = pulls.succeed(registry.image("p/base:2"));
        assertThat(end.layersCached()).isEqualTo(2);
        assertThat(end.layersDownloaded()).isEqualTo(1);
    }

    @Test
    void doesNotFindWhatIsNotThere() {
        REGISTRY.seed("p/there:1", "--layers", "1", "--size", "1M");
        pulls.fail(registry.image("p/there:nope"), FailureReason.NOT_FOUND);
        pulls.fail(registry.image("p/nowhere:1"), FailureReason.NOT_FOUND);
    }

    @Test
    void thatIsCutInMidLayerSucceedsByItsOwnRetryOrSaysNetwork() {
        REGISTRY.seed("p/cut:1", "--layers", "2", "--size", "4M");
        registry.whenLayer(new Fault.ResetAfter(1 << 20), 1);
        PullEvent.OfPull end = pulls.pull(registry.image("p/cut:1"));
        pulls.percentNeverFell();
        if (end instanceof PullEvent.Failed failed) {
            assertThat(failed.reason()).as(failed.message()).isEqualTo(FailureReason.NETWORK);
            pulls.succeed(registry.image("p/cut:1"));
        } else {
            assertThat(end).isInstanceOf(PullEvent.Succeeded.class);
        }
        assertThat(podman.has(registry.image("p/cut:1"))).isTrue();
    }

    @Test
    void thatCannotConnectSaysNetwork() {
        registry.refuse();
        pulls.fail(registry.image("p/refused:1"), FailureReason.NETWORK);
    }
}
