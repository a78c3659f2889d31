// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineAddressTest {
    @Test
    void withoutAnythingItIsDockersSocket() {
        Map<String, String> empty = Map.of("HOME", "/nonexistent", "DOCKER_HOST", "", "DOCKER_CONTEXT", "");
        assertThat(EngineAddress.of(null, empty)).hasToString("unix:///var/run/docker.sock");
        assertThat(EngineAddress.of("unix://", empty)).hasToString("unix:///var/run/docker.sock");
        assertThat(EngineAddress.of(null, Map.of("DOCKER_CONFIG", "/c", "DOCKER_TLS_VERIFY", "1")))
                .isEqualTo(new EngineAddress.Tcp("localhost", 2376, new EngineAddress.Tls(Path.of("/c"), true)));
    }

    @Test
    void whatIsGivenIsStrongerThanTheEnvironment() {
        Map<String, String> environment = Map.of("DOCKER_HOST", "unix:///a.sock");
        assertThat(EngineAddress.of(null, environment)).isEqualTo(new EngineAddress.Socket(Path.of("/a.sock")));
        assertThat(EngineAddress.of("/b.sock", environment)).isEqualTo(new EngineAddress.Socket(Path.of("/b.sock")));
    }

    @Test
    void tcpIsClearTextUnlessCertificatesAreNamed() {
        assertThat(EngineAddress.of("tcp://h:2375", Map.of())).isEqualTo(new EngineAddress.Tcp("h", 2375, null));
        assertThat(EngineAddress.of("tcp://h", Map.of("DOCKER_TLS_VERIFY", "1", "DOCKER_CERT_PATH", "/c")))
                .isEqualTo(new EngineAddress.Tcp("h", 2376, new EngineAddress.Tls(Path.of("/c"), true)));
        assertThat(EngineAddress.of("tcp://h:1", Map.of("DOCKER_CERT_PATH", "/c")))
                .isEqualTo(new EngineAddress.Tcp("h", 1, new EngineAddress.Tls(Path.of("/c"), false)));
        assertThat(EngineAddress.of("tcp://h", Map.of("DOCKER_TLS_VERIFY", "1", "HOME", "/home/me")))
                .isEqualTo(new EngineAddress.Tcp("h", 2376, new EngineAddress.Tls(Path.of("/home/me/.docker"), true)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"npipe:////./pipe/docker_engine", "ftp://h", "tcp://", "not a url"})
    void whatCannotBeUsedIsRefusedWithAReason(String host) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EngineAddress.of(host, Map.of()))
                .withMessageContaining(host)
                .withMessageMatching("(?s).*: .{10,}");
    }

    @Test
    void sshIsForTheDockerCommandOnly() {
        EngineAddress address = EngineAddress.of("ssh://me@h", Map.of());
        assertThat(address.forCommand()).isEqualTo("ssh://me@h");
        Engines.checkMode(EngineMode.AUTO, address);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Engines.checkMode(EngineMode.API, address))
                .withMessageContaining("ssh://me@h");
    }
}
