// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.testkit.DevEngine;
import dev.pullcast.worker.engine.EngineDetails;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Docker Engine that this machine has. */
class MachinesDockerIT extends EngineContract {
    @RegisterExtension
    static final DevEngine ENGINE = new DevEngine();

    @Override
    DevEngine images() {
        return ENGINE;
    }

    @Override
    Subject open(String... insecure) {
        return Subject.of(ENGINE);
    }

    @Override
    void isWhatItIs(EngineDetails details) {
        assertThat(details.facts().kind()).isEqualTo("docker");
        assertThat(details.facts().freeBytes()).isPositive();
        assertThat(details.store()).isEqualTo(EngineDetails.Store.GRAPHDRIVER);
        assertThat(details.downloads()).isEqualTo(new EngineDetails.Downloads(3, "Docker's default"));
        assertThat(details.registries().insecure()).contains("127.0.0.0/8");
    }
}
