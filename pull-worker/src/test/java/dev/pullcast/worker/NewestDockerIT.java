// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.testkit.DevEngine;
import dev.pullcast.worker.engine.EngineDetails;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The newest Docker Engine of the archive, with its own store. */
@Tag("faults")
class NewestDockerIT extends EngineContract {
    @RegisterExtension
    static final DevEngine ENGINE = DevEngine.newest();

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
