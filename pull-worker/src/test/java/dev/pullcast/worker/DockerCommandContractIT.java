// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.testkit.DevEngine;
import dev.pullcast.worker.engine.EngineDetails;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Docker Engine that this machine has, by the docker command. */
@Tag("faults")
class DockerCommandContractIT extends EngineContract {
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
    String mode() {
        return "cli";
    }

    @Override
    void isWhatItIs(EngineDetails details) {
        assertThat(details.facts().kind()).isEqualTo("docker");
        assertThat(details.facts().freeBytes()).isNull();
        assertThat(details.store()).isEqualTo(EngineDetails.Store.GRAPHDRIVER);
        assertThat(details.downloads()).isNull();
        assertThat(details.registries().insecure()).contains("127.0.0.0/8");
    }

    /** Not a test here: the command tells no bytes, so that nothing can be seen to stall before the timeout. */
    @Override
    void aDownloadThatStallsIsGivenUpWhateverTheEngineSaysMeanwhile() {}
}
