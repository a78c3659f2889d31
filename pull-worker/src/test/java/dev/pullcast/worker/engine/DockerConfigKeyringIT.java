// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.Credentials;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DockerConfigKeyringIT {
    private final Vertx vertx = Vertx.vertx();

    @TempDir
    Path folder;

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private void config(String json) throws Exception {
        Files.writeString(folder.resolve("config.json"), json);
    }

    private Optional<RegistryAuth> find(String image, @Nullable Credentials credentials) throws Exception {
        return DockerConfigKeyring.of(vertx, Map.of("DOCKER_CONFIG", folder.toString()))
                .find(ImageReference.parse(image), credentials)
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private static String header(Optional<RegistryAuth> auth) {
        return new String(Base64.getUrlDecoder().decode(auth.orElseThrow().header()), StandardCharsets.UTF_8);
    }

    @Test
    void withoutAFileAPullIsAnonymous() throws Exception {
        assertThat(find("alpine", null)).isEmpty();
    }

    @Test
    void hubsLoginStandsUnderItsOldUrl() throws Exception {
        String pair = Base64.getEncoder().encodeToString("me:se:cret".getBytes(StandardCharsets.UTF_8));
        config("{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"" + pair + "\"}}}");
        assertThat(header(find("alpine", null)))
                .contains("\"username\":\"me\"", "\"password\":\"se:cret\"", "https://index.docker.io/v1/");
        assertThat(find("ghcr.io/x/y", null)).isEmpty();
    }

    @Test
    void aLoginUnderAWholeUrlIsFoundByItsHost() throws Exception {
        config("{\"auths\":{\"https://r.example:5000/v2/\":{\"username\":\"u\",\"password\":\"p\"}}}");
        assertThat(header(find("r.example:5000/a/b:1", null))).contains("\"username\":\"u\"");
    }

    @Test
    void anIdentityTokenIsPassedOn() throws Exception {
        config("{\"auths\":{\"r.example\":{\"identitytoken\":\"tok\"}}}");
        assertThat(header(find("r.example/a", null))).contains("\"identitytoken\":\"tok\"");
    }

    @Test
    void aHelperThatCannotBeRunIsAFailureAndNotAnAnonymousPull() throws Exception {
        config("{\"credHelpers\":{\"r.example\":\"no-such-helper\"}}");
        assertThat(catchThrowable(() -> find("r.example/a", null)))
                .hasMessageContaining("docker-credential-no-such-helper");
    }

    @Test
    void whatAJobNamesAndTheWorkerLacksIsNeverPulledAnonymously() {
        assertThat(catchThrowable(() -> find("alpine", new Credentials("team-a", null))))
                .hasMessageContaining("team-a");
    }

    @Test
    void nothingShowsASecret() throws Exception {
        config("{\"auths\":{\"r.example\":{\"username\":\"u\",\"password\":\"hunter22\"}}}");
        assertThat(find("r.example/a", null).toString()).doesNotContain("hunter22");
    }

    @Test
    void theHeaderIsPaddedBase64Url() {
        for (int length = 1; length < 8; length++) {
            String header = new RegistryAuth("u", "\u00ff\u00fe?".repeat(length), "r", null, null).header();
            assertThat(header.length() % 4).isZero();
            assertThat(header).doesNotContain("+", "/");
        }
    }
}
