// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.image.ImageReference;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImageFactsTest {
    private static final String A = "sha256:" + "a".repeat(64);
    private static final String B = "sha256:" + "b".repeat(64);

    private static ImageFacts facts(String... digests) {
        return new ImageFacts("id", List.of(digests), "linux", "amd64");
    }

    @Test
    void theDigestIsThatOfTheReferencesOwnRepository() {
        ImageFacts facts = facts("ghcr.io/x/alpine@" + B, "alpine@" + A);
        assertThat(facts.digestOf(ImageReference.parse("alpine:3"))).isEqualTo(A);
        assertThat(facts.digestOf(ImageReference.parse("ghcr.io/x/alpine:3"))).isEqualTo(B);
        assertThat(facts.digestOf(ImageReference.parse("quay.io/x/alpine:3"))).isNull();
    }

    @Test
    void amongSeveralThePinnedOneCounts() {
        ImageFacts facts = facts("alpine@" + A, "alpine@" + B);
        assertThat(facts.digestOf(ImageReference.parse("alpine@" + B))).isEqualTo(B);
    }

    @Test
    void entriesWithoutANameAreLeftOut() {
        assertThat(facts("<none>@<none>").digestOf(ImageReference.parse("alpine")))
                .isNull();
    }
}
