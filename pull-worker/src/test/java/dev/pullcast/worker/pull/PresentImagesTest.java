// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.worker.engine.ImageFacts;
import dev.pullcast.worker.pull.PresentImages.Verify;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A project that asks for what the login of another one brought. */
class PresentImagesTest {
    private static final ImageFacts IMAGE = new ImageFacts("sha256:1", List.of(), "linux", "amd64");

    private final AtomicReference<byte @Nullable []> disk = new AtomicReference<>();

    private PresentImages images(Verify verify) {
        return new PresentImages(
                verify,
                disk.get(),
                bytes -> {
                    disk.set(bytes);
                    return Future.succeededFuture();
                },
                20);
    }

    private static PullSpec of(@Nullable String project, String image) {
        return new PullSpec(
                "job",
                "pull",
                image,
                ImageReference.parse(image),
                null,
                project,
                null,
                PullPolicy.IF_NOT_PRESENT,
                null,
                null,
                null,
                Instant.MAX,
                0);
    }

    private static PullSpec of(@Nullable String project) {
        return of(project, "r.example/private:1");
    }

    @Test
    void isNotToldAlsoAfterARestartUnlessItHasReadItItself() {
        PresentImages first = images(Verify.PRIVATE);
        first.begins(of("team-a"));
        first.ended(IMAGE, of("team-a"), true);
        PresentImages images = images(Verify.PRIVATE);
        assertThat(images.mayBeTold(IMAGE, of("team-a"))).isTrue();
        assertThat(images.mayBeTold(IMAGE, of("team-b"))).isFalse();
        assertThat(images.mayBeTold(IMAGE, of("Team-A"))).isFalse();
        assertThat(images.mayBeTold(IMAGE, of(null))).isFalse();
        assertThat(images.mayBeTold(IMAGE, of("team-b", "r.example/private@sha256:" + "a".repeat(64))))
                .as("by its digest")
                .isFalse();
        images.ended(IMAGE, of("team-b"), true);
        assertThat(images.mayBeTold(IMAGE, of("team-b"))).isTrue();
        assertThat(images.mayBeTold(IMAGE, of("team-c"))).isFalse();
    }

    @Test
    void isToldOnceARegistryGaveTheImageWithoutALogin() {
        PresentImages images = images(Verify.PRIVATE);
        images.ended(IMAGE, of("team-a"), true);
        images.ended(IMAGE, of("team-b"), false);
        assertThat(images.mayBeTold(IMAGE, of("team-c"))).isTrue();
    }

    @Test
    void isNotToldOfAPullThatACrashCutOff() {
        images(Verify.PRIVATE).begins(of("team-a"));
        assertThat(images(Verify.PRIVATE).mayBeTold(IMAGE, of("team-b"))).isFalse();
        assertThat(images(Verify.PRIVATE).mayBeTold(IMAGE, of("team-a"))).isTrue();
    }

    @Test
    void isToldOfWhatWasThereBeforeUnlessAllIsChecked() {
        assertThat(images(Verify.PRIVATE).mayBeTold(IMAGE, of("team-a"))).isTrue();
        PresentImages always = images(Verify.ALWAYS);
        assertThat(always.mayBeTold(IMAGE, of("team-a"))).isFalse();
        always.ended(IMAGE, of("team-a"), false);
        assertThat(always.mayBeTold(IMAGE, of("team-b"))).isTrue();
    }

    @Test
    void isToldOfEverythingWhereTheOperatorSaysSo() {
        PresentImages images = images(Verify.NEVER);
        images.ended(IMAGE, of("team-a"), true);
        assertThat(images.mayBeTold(IMAGE, of("team-b"))).isTrue();
        assertThat(disk.get()).isNull();
    }

    @Test
    void costsNothingWhereNoProjectsAreInUse() {
        PresentImages images = images(Verify.PRIVATE);
        images.ended(IMAGE, of(null), true);
        assertThat(images.mayBeTold(IMAGE, of(null))).isTrue();
    }

    @Test
    void cannotPushARecordOut() {
        PresentImages images = images(Verify.PRIVATE);
        images.ended(IMAGE, of("team-a"), true);
        for (int i = 0; i < 21; i++) {
            images.ended(new ImageFacts("sha256:x" + i, List.of(), "", ""), of("team-b", "r.example/x" + i), true);
        }
        assertThat(images.mayBeTold(IMAGE, of("team-b"))).isFalse();
        assertThat(images(Verify.PRIVATE).mayBeTold(IMAGE, of("team-b"))).isFalse();
    }

    @Test
    void isNotToldWhenTheFileIsBroken() {
        disk.set(new byte[] {'{'});
        assertThat(images(Verify.PRIVATE).mayBeTold(IMAGE, of("team-b"))).isFalse();
    }
}
