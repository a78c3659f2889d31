// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DevEngineIT {
    @RegisterExtension
    static final DevEngine ENGINE = new DevEngine();

    @Test
    void pullsFromItsOwnRegistryAlsoAfterBothWereKilled() {
        Map<String, String> digests = ENGINE.seed("kit/app:1", "--layers", "2", "--size", "64K", "--seed", "7");
        assertThat(digests).containsOnlyKeys("kit/app:1");

        ENGINE.killRegistry();
        assertThat(ENGINE.tryDocker("pull", ENGINE.image("kit/app:1")).output()).contains("connection refused");

        ENGINE.killEngine();
        ENGINE.restart();
        assertThat(ENGINE.has(ENGINE.image("kit/app:1"))).isFalse();
        assertThat(ENGINE.docker("pull", ENGINE.image("kit/app:1"))).contains(digests.get("kit/app:1"));
        assertThat(ENGINE.has(ENGINE.image("kit/app:1"))).isTrue();
    }
}
