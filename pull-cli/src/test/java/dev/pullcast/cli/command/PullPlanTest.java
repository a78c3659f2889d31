// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.cli.discover.found.Findings;
import dev.pullcast.cli.discover.found.FoundImage;
import dev.pullcast.cli.discover.found.JobWishes;
import dev.pullcast.cli.discover.found.Place;
import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceKind;
import dev.pullcast.cli.discover.found.WhenToPull;
import dev.pullcast.cli.local.Wanted.When;
import dev.pullcast.contract.job.Credentials;
import dev.pullcast.contract.job.ImagePull;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullThrough;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What sources say of pulling, in a job and on this machine. */
class PullPlanTest {
    private final Findings findings = new Findings();

    private static FoundImage image(String name) {
        return FoundImage.at(new Place(SourceKind.KUBERNETES, Position.of("pod.yaml"), ""), name);
    }

    private PullPlan plan() {
        return PullPlan.of(findings.found(), null, "linux/amd64");
    }

    @Test
    void whatIsOnlyBuiltIsLeftOut() {
        findings.add(image("a").pulled(WhenToPull.NEVER).asBuilt());
        findings.add(image("b").asBuilt());
        findings.add(image("c").pulled(WhenToPull.NEVER));
        assertThat(plan().images()).extracting(wanted -> wanted.image()).containsExactly("b", "c");
        assertThat(PullPlan.leftOut(findings.found())).containsExactly("a");
    }

    @Test
    void policyAndPlatformOfTheSourceAreTaken() {
        findings.add(image("a").pulled(WhenToPull.ALWAYS).on("linux/arm64"));
        findings.add(image("b").pulled(WhenToPull.NEVER));
        findings.add(image("c"));
        assertThat(plan().images())
                .extracting(wanted -> wanted.when())
                .containsExactly(When.ALWAYS, When.NEVER, When.MISSING);
        assertThat(plan().images())
                .extracting(wanted -> wanted.platform())
                .containsExactly("linux/arm64", "linux/amd64", "linux/amd64");
        assertThat(PullPlan.of(findings.found(), When.MISSING, null).images())
                .extracting(wanted -> wanted.when())
                .containsOnly(When.MISSING);
    }

    @Test
    void thePullSecretOfAnImageIsALoginThatWorkersLookUp() throws Exception {
        findings.add(image("a").with(List.of("regcred")));
        findings.add(image("b"));
        assertThat(plan().requests())
                .containsExactly(
                        new ImageRequest("a", "linux/amd64", null, new Credentials("regcred", null)),
                        new ImageRequest("b", "linux/amd64", null, null));
        assertThat(plan().notesForThisMachine())
                .containsExactly(
                        "the pull secrets of a (regcred) are in a cluster; the logins of this machine are used");
    }

    @Test
    void severalPullSecretsOfAnImageAreRefusedByName() {
        findings.add(image("a").with(List.of("one", "two")));
        assertThatThrownBy(() -> plan().requests()).hasMessageContaining("several pull secrets (one, two)");
    }

    @Test
    void whatATopologyWishesIsInTheJobAndRefusedByNameOnThisMachine() throws Exception {
        findings.add(image("a"));
        findings.wish(new JobWishes("always", List.of("s"), List.of("r:5000"), "config"));
        assertThat(plan().imagePull())
                .isEqualTo(new ImagePull(PullThrough.ALWAYS, List.of("s"), List.of("r:5000"), "config"));
        assertThatThrownBy(() -> plan().notesForThisMachine())
                .hasMessageContaining("imagePull.pullThroughOverride (always)")
                .hasMessageContaining("imagePull.pullSecrets (s)")
                .hasMessageContaining("imagePull.insecureRegistries (r:5000)")
                .hasMessageContaining("imagePull.dockerConfig (config)");
    }
}
