// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.PullId;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.DevEngine;
import dev.pullcast.worker.engine.DockerEngine;
import dev.pullcast.worker.engine.EngineAddress;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What standing sets brought, on a real engine. */
class BroughtImagesIT {
    @RegisterExtension
    static final DevEngine ENGINE = new DevEngine();

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    @TempDir
    Path folder;

    private final DockerEngine client = DockerEngine.at(loops.vertx(), new EngineAddress.Socket(ENGINE.socket()));

    @AfterEach
    void close() throws Exception {
        await(client.close());
    }

    @Test
    void areRemovedUnlessAContainerUsesThemOrTheyWereThereBefore() throws Exception {
        String brought = pulled("sets/brought:1", "1");
        String used = pulled("sets/used:1", "2");
        String before = pulled("sets/before:1", "3");
        ENGINE.docker("create", used, "/never-started");
        BroughtImages first = new BroughtImages(loops.vertx(), client, folder);
        first.remember("set", succeeded(brought, null));
        first.remember("set", succeeded(used, null));
        first.remember("set", succeeded(before, "sha256:earlier"));
        first.remember("other", succeeded(before, null));

        BroughtImages afterARestart = new BroughtImages(loops.vertx(), client, folder);
        await(afterARestart.remove("set"));

        assertThat(ENGINE.has(brought)).isFalse();
        assertThat(ENGINE.has(used)).isTrue();
        assertThat(ENGINE.has(before)).isTrue();
        try (var files = Files.list(folder)) {
            assertThat(files).extracting(file -> file.getFileName().toString()).containsExactly("other");
        }
    }

    @Test
    void ofASetThatBroughtNothingAreNone() throws Exception {
        await(new BroughtImages(loops.vertx(), client, folder.resolve("none")).remove("set"));

        assertThat(folder.resolve("none")).doesNotExist();
    }

    /** Each with content of its own: equal images would be one to the engine. */
    private static String pulled(String image, String seed) {
        ENGINE.seed(image, "--layers", "1", "--size", "64K", "--seed", seed);
        ENGINE.docker("pull", ENGINE.image(image));
        return ENGINE.image(image);
    }

    private static PullEvent.Succeeded succeeded(String image, @Nullable String previousDigest) {
        String reference = ImageReference.parse(image).canonical();
        PullOrigin origin = new PullOrigin(
                "job", "w", PullId.of(reference, null), "1", image, reference, null, null, 1, 0, 9, Instant.EPOCH);
        return new PullEvent.Succeeded(origin, "sha256:0", previousDigest, 1, 0, 1, 0, 0, 0);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
