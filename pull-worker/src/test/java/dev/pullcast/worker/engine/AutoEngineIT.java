// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.testkit.EngineRoute;
import dev.pullcast.testkit.ScriptedEngine;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AutoEngineIT {
    @TempDir
    Path folder;

    final Vertx vertx = NativeTransport.vertx(new VertxOptions());
    final ScriptedEngine scripted = ScriptedEngine.start();
    FakeDocker docker;
    EngineClient engine;

    @BeforeEach
    void open() {
        docker = new FakeDocker(folder);
        docker.does("image", "echo 'No such image: a' >&2; exit 1");
        docker.does("pull", "echo '1: Pulling from a'");
        docker.does("info", "echo '{}'");
        docker.does("version", "echo '{\"Server\":{\"Version\":\"by command\"}}'");
        engine = Engines.open(
                vertx,
                EngineMode.AUTO,
                new EngineAddress.Socket(folder.resolve("engine.sock")),
                docker.command(),
                Map.of());
    }

    @AfterEach
    void close() {
        await(engine.close());
        scripted.close();
        await(vertx.close());
    }

    static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    void startApi() throws IOException {
        Files.createSymbolicLink(folder.resolve("engine.sock"), scripted.socket());
    }

    CallEnd pull() {
        return await(engine.pull(new PullRequest(ImageReference.parse("a"), null, null), _ -> {})
                .end());
    }

    @Test
    void theApiIsUsedWhereItAnswers() throws IOException {
        startApi();
        await(engine.inspect("a"));
        pull();
        assertThat(scripted.requests(EngineRoute.PULL)).hasSize(1);
        assertThat(docker.wrote("arguments-version")).isFalse();
    }

    @Test
    void theCommandIsUsedWhileOnlyItAnswersAndTheApiWhenItIsBack() throws IOException {
        assertThat(await(engine.inspect("a"))).isEmpty();
        assertThat(pull()).isInstanceOf(CallEnd.Clean.class);
        assertThat(docker.wrote("arguments-pull")).isTrue();
        assertThat(await(engine.facts()).version()).isEqualTo("by command");

        startApi();
        assertThat(await(engine.facts()).version()).isNotEqualTo("by command");
        pull();
        assertThat(scripted.requests(EngineRoute.PULL)).hasSize(1);

        scripted.close();
        await(engine.inspect("a"));
        pull();
        assertThat(scripted.requests(EngineRoute.PULL)).hasSize(1);
    }

    @Test
    void whereNeitherAnswersTheApisFailureIsTold() {
        docker.does("version", "echo 'Cannot connect to the Docker daemon at x' >&2; exit 1");
        assertThatThrownBy(() -> await(engine.facts())).hasMessageContaining("engine.sock");
        assertThatThrownBy(() -> await(engine.inspect("a"))).hasMessageContaining("engine.sock");
        assertThat(docker.wrote("arguments-image")).isFalse();
    }
}
