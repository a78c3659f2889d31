// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PullIdTest {
    @Test
    void isTheBeginningOfASha256SoThatAnyLanguageCanComputeIt() {
        // printf 'docker.io/library/alpine:3.20|linux/arm64' | sha256sum | cut -c1-16
        assertThat(PullId.of("docker.io/library/alpine:3.20", "linux/arm64")).isEqualTo("3205fe20eec05247");
        assertThat(PullId.of("docker.io/library/alpine:3.20", null)).isEqualTo("8ddbc4e2f9be513a");
    }

    @Test
    void aTargetMatchesIdsAndAllLabels() {
        Target target = new Target(Target.Mode.ALL, List.of("a", "b"), Map.of("zone", "1", "gpu", ""));
        assertThat(target.matches("a", Map.of("zone", "1", "gpu", "", "x", "y")))
                .isTrue();
        assertThat(target.matches("c", Map.of("zone", "1", "gpu", ""))).isFalse();
        assertThat(target.matches("a", Map.of("zone", "1"))).isFalse();
        assertThat(target.matches("a", Map.of("zone", "2", "gpu", ""))).isFalse();
        assertThat(Target.EVERYBODY.matches("any", Map.of())).isTrue();
    }
}
