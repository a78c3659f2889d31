// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.testkit.DevEngine;
import dev.pullcast.testkit.PodmanEngine;
import dev.pullcast.worker.engine.EngineDetails;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Podman's Docker-compatible service. */
@Tag("faults")
class PodmanContractIT extends EngineContract {
    @RegisterExtension
    static final DevEngine IMAGES = new DevEngine();

    @Override
    DevEngine images() {
        return IMAGES;
    }

    @Override
    Subject open(String... insecure) {
        PodmanEngine podman = PodmanEngine.start(insecure);
        return new Subject() {
            @Override
            public String dockerHost() {
                return podman.dockerHost();
            }

            @Override
            public boolean has(String reference) {
                return podman.has(reference);
            }

            @Override
            public void close() {
                podman.close();
            }
        };
    }

    @Override
    void isWhatItIs(EngineDetails details) {
        assertThat(details.facts().kind()).isEqualTo("podman");
        assertThat(details.facts().freeBytes()).isPositive();
        assertThat(details.store()).isEqualTo(EngineDetails.Store.CONTAINERS_STORAGE);
        assertThat(details.downloads()).isNull();
        assertThat(details.registries().insecure()).hasSize(2);
    }
}
