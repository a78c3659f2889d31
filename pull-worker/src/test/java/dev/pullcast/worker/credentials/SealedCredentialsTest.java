// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.sealed.RegistryLogin;
import dev.pullcast.contract.sealed.SealingKeys;
import dev.pullcast.worker.engine.EngineException;
import dev.pullcast.worker.engine.RegistryAuth;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SealedCredentialsTest {
    private static final String A_KEY = "A".repeat(43);
    private static final String OTHER_KEY = "B".repeat(42) + "A";

    @TempDir
    Path folder;

    private Path keys = Path.of("keys");

    @BeforeEach
    void writeKeys() throws Exception {
        keys = folder.resolve("keys");
        Files.writeString(keys, "a:" + A_KEY + "\n");
    }

    private String seal(String registry) throws Exception {
        return SealingKeys.read(keys).seal(new RegistryLogin("me", "hunter22", null, null, registry));
    }

    @ParameterizedTest
    @CsvSource({
        "r.example:5000, r.example:5000/a, r.example:5000",
        "https://r.example/v2/, r.example/a, r.example",
        "docker.io, alpine, https://index.docker.io/v1/",
        "https://index.docker.io/v1/, alpine, https://index.docker.io/v1/",
    })
    void areOpenedForTheirRegistry(String registry, String image, String serverAddress) throws Exception {
        assertThat(SealedCredentials.open(keys, seal(registry), ImageReference.parse(image)))
                .containsExactly(new RegistryAuth("me", "hunter22", serverAddress, null, null));
    }

    @Test
    void areNotSentToAnotherRegistry() throws Exception {
        String sealed = seal("r.example");
        assertThatThrownBy(() -> SealedCredentials.open(keys, sealed, ImageReference.parse("evil.example/a")))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("r.example")
                .message()
                .doesNotContain("hunter22");
    }

    @Test
    void areOpenedWithTheKeysOfNow() throws Exception {
        String sealed = seal("r.example");
        ImageReference image = ImageReference.parse("r.example/a");
        Files.writeString(keys, "b:" + OTHER_KEY + "\na:" + A_KEY + "\n");
        assertThat(SealedCredentials.open(keys, sealed, image)).hasSize(1);
        Files.writeString(keys, "b:" + OTHER_KEY + "\n");
        assertThatThrownBy(() -> SealedCredentials.open(keys, sealed, image))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("[b]");
    }

    @Test
    void withoutAnyKeyAreAFailureAndNeverAnAnonymousPull() throws Exception {
        String sealed = seal("r.example");
        assertThatThrownBy(() -> SealedCredentials.open(null, sealed, ImageReference.parse("r.example/a")))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("credentials.keys");
    }
}
