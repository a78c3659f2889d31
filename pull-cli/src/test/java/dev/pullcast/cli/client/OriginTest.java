// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginTest {
    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:8080, 127.0.0.1, 8080, false, 127.0.0.1:8080",
        "http://gateway/, gateway, 80, false, gateway",
        "https://gateway, gateway, 443, true, gateway",
        "https://gateway:8443, gateway, 8443, true, gateway:8443",
        "http://[::1]:8080, ::1, 8080, false, [::1]:8080",
    })
    void urlsAreRead(String url, String host, int port, boolean tls, String hostHeader) {
        Origin origin = Origin.parse(url);
        assertThat(origin).isEqualTo(new Origin.Tcp(host, port, tls));
        assertThat(origin.hostHeader()).isEqualTo(hostHeader);
    }

    @Test
    void aSocketFileIsNamedByItsPath() {
        assertThat(Origin.parse("unix:///var/run/docker.sock"))
                .isEqualTo(new Origin.Unix(Path.of("/var/run/docker.sock")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway:8080", "ftp://gateway", "http://gateway/path", "http://", "http://a b", ""})
    void anythingElseIsRefusedWithItsText(String text) {
        assertThatThrownBy(() -> Origin.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }
}
