// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.PullId;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.contract.job.TaskRecord.PullTask;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.DevEngine;
import dev.pullcast.worker.engine.DockerEngine;
import dev.pullcast.worker.engine.EngineAddress;
import dev.pullcast.worker.intake.BroughtImages.OpenPulls;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What standing sets brought, on a real engine. */
class BroughtImagesIT {
    private static final OpenPulls NOTHING_OPEN = new OpenPulls(Set.of(), Set.of());
    private static final String A = "set-of-team-a";
    private static final String B = "set-of-team-b";

    @RegisterExtension
    static final DevEngine ENGINE = new DevEngine();

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    @TempDir
    Path folder;

    private final DockerEngine client = DockerEngine.at(loops.vertx(), new EngineAddress.Socket(ENGINE.socket()));
    private final List<PullEvent.ImageRemoved> told = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        await(client.close());
    }

    private BroughtImages images(DockerEngine engine) throws Exception {
        BroughtImages images = new BroughtImages(
                loops.vertx(),
                "w",
                engine,
                (event, partition) -> {
                    assertThat(partition).isEqualTo(3);
                    told.add(event);
                    return Future.succeededFuture();
                },
                InstantSource.fixed(Instant.EPOCH),
                folder.resolve("sets"));
        await(images.open());
        return images;
    }

    private BroughtImages images() throws Exception {
        return images(client);
    }

    private void end(BroughtImages images, String set) throws Exception {
        await(images.end(set, 3, () -> NOTHING_OPEN));
    }

    private void hold(BroughtImages images, String set, PullEvent.OfPull end) throws Exception {
        await(images.hold(task(set, false), end));
    }

    @Test
    void areRemovedUnlessAContainerUsesThemOrTheyWereThereBefore() throws Exception {
        String brought = pulled("sets/brought:1", "1");
        String used = pulled("sets/used:1", "2");
        String before = pulled("sets/before:1", "3");
        ENGINE.docker("create", used, "/never-started");
        BroughtImages first = images();
        hold(first, "set", brought(brought, "p"));
        hold(first, "set", brought(used, "p"));
        hold(first, "set", succeeded(before, "p", "sha256:earlier"));

        end(images(), "set");

        assertThat(ENGINE.has(brought)).isFalse();
        assertThat(ENGINE.has(used)).isTrue();
        assertThat(ENGINE.has(before)).isTrue();
        assertThat(told)
                .containsExactly(new PullEvent.ImageRemoved(
                        "set",
                        "w",
                        Instant.EPOCH,
                        "p",
                        ImageReference.parse(brought).canonical(),
                        DIGEST));
        try (var files = Files.list(folder.resolve("sets"))) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void ofASetThatBroughtNothingAreNone() throws Exception {
        end(images(), "set");

        assertThat(folder.resolve("sets")).doesNotExist();
    }

    @Nested
    class ThatTwoProjectsKeep {
        private final String image = pulled("sets/shared:2", "4");

        @Test
        void stayUntilTheLastSetEndsWhicheverBroughtThem() throws Exception {
            BroughtImages images = images();
            hold(images, B, brought(image, "team-b"));
            hold(images, A, skipped(image, "team-a"));
            end(images, B);
            assertThat(ENGINE.has(image)).isTrue();
            assertThat(told).isEmpty();

            end(images(), A);
            assertThat(ENGINE.has(image)).isFalse();
            assertThat(told).extracting(PullEvent.ImageRemoved::job).containsExactly(A);
            assertThat(told).extracting(PullEvent.ImageRemoved::project).containsExactly("team-a");
        }

        @Test
        void stayWithTheirBringerWhenTheOtherSetEndsFirst() throws Exception {
            BroughtImages images = images();
            hold(images, B, brought(image, "team-b"));
            hold(images, A, skipped(image, "team-a"));
            end(images, A);
            assertThat(ENGINE.has(image)).isTrue();
            end(images, B);
            assertThat(ENGINE.has(image)).isFalse();
        }

        @Test
        void stayForGoodWhenTheOtherSetKeepsThemOnExpiry() throws Exception {
            BroughtImages images = images();
            hold(images, B, brought(image, "team-b"));
            await(images.hold(task(A, true), skipped(image, "team-a")));
            end(images, B);
            end(images, A);
            assertThat(ENGINE.has(image)).isTrue();
            assertThat(told).isEmpty();
        }

        @Test
        void countAsTheSameByTheirDigest() throws Exception {
            BroughtImages images = images();
            hold(images, B, brought(image, "team-b"));
            String byDigest = image.substring(0, image.lastIndexOf(':')) + "@" + DIGEST;
            hold(images, A, skipped(byDigest, "team-a"));
            end(images, B);
            assertThat(ENGINE.has(image)).isTrue();
            end(images, A);
            assertThat(ENGINE.has(image)).isFalse();
        }

        @Test
        void stayWhileAPullThatNamesThemIsOpen() throws Exception {
            BroughtImages images = images();
            hold(images, B, brought(image, "team-b"));
            String name = ImageReference.parse(image).canonical();
            await(images.end(B, 3, () -> new OpenPulls(Set.of(name), Set.of())));
            assertThat(ENGINE.has(image)).isTrue();
            assertThat(images.isWaiting()).isTrue();
            String byDigest = name.substring(0, name.lastIndexOf(':')) + "@" + DIGEST;
            await(images.settle(() -> new OpenPulls(Set.of(byDigest), Set.of())));
            assertThat(ENGINE.has(image)).isTrue();

            // Also when the worker restarted meanwhile.
            BroughtImages again = images();
            await(again.settle(() -> NOTHING_OPEN));
            assertThat(ENGINE.has(image)).isFalse();
            assertThat(again.isWaiting()).isFalse();
        }
    }

    @Test
    void thatASetBringsAfterItsEndGoToo() throws Exception {
        String late = pulled("sets/late:1", "5");
        String there = pulled("sets/there:1", "6");
        BroughtImages images = images();
        await(images.end(B, 3, () -> new OpenPulls(Set.of(late), Set.of(B))));
        hold(images, B, brought(late, "team-b"));
        hold(images, B, skipped(there, "team-b"));
        await(images.settle(() -> NOTHING_OPEN));
        assertThat(ENGINE.has(late)).isFalse();
        assertThat(ENGINE.has(there)).isTrue();
        assertThat(images.isWaiting()).isFalse();
    }

    @Test
    void thatAnEngineWhichIsAwayCannotRemoveAreRemovedLater() throws Exception {
        String image = pulled("sets/away:1", "7");
        DockerEngine gone = DockerEngine.at(loops.vertx(), new EngineAddress.Socket(folder.resolve("no.sock")));
        BroughtImages images = images(gone);
        hold(images, B, brought(image, "team-b"));
        end(images, B);
        assertThat(images.isWaiting()).isTrue();
        await(gone.close());

        BroughtImages again = images();
        await(again.settle(() -> NOTHING_OPEN));
        assertThat(ENGINE.has(image)).isFalse();
        assertThat(told).hasSize(1);
    }

    @Test
    void areForgottenByNoFileThatCannotBeRead() throws Exception {
        String image = pulled("sets/broken:1", "8");
        Files.createDirectories(folder.resolve("sets"));
        Files.writeString(folder.resolve("sets/broken.json"), "{\"set\":\"x\",\"images\":[");
        BroughtImages images = images();
        hold(images, B, brought(image, "team-b"));
        end(images, B);
        assertThat(ENGINE.has(image)).isFalse();
        assertThat(folder.resolve("sets/broken.json")).exists();
    }

    private static final String DIGEST = "sha256:" + "d".repeat(64);

    /** Each with content of its own: equal images would be one to the engine. */
    private static String pulled(String image, String seed) {
        ENGINE.seed(image, "--layers", "1", "--size", "64K", "--seed", seed);
        ENGINE.docker("pull", ENGINE.image(image));
        return ENGINE.image(image);
    }

    private static PullTask task(String set, boolean keepOnExpiry) {
        return new PullTask(
                "job", "w", 3, List.of(), PullPolicy.IF_NOT_PRESENT, null, null, null, Instant.MAX, set, keepOnExpiry);
    }

    private static PullEvent.Succeeded brought(String image, String project) {
        return succeeded(image, project, null);
    }

    private static PullEvent.Succeeded succeeded(String image, String project, @Nullable String previousDigest) {
        return new PullEvent.Succeeded(origin(image, project), DIGEST, previousDigest, 1, 0, 1, 0, 0, 0);
    }

    private static PullEvent.Skipped skipped(String image, String project) {
        return new PullEvent.Skipped(origin(image, project), DIGEST);
    }

    private static PullOrigin origin(String image, String project) {
        String reference = ImageReference.parse(image).canonical();
        return new PullOrigin(
                "job", "w", PullId.of(reference, null), "1", image, reference, null, project, 1, 0, 9, Instant.EPOCH);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
