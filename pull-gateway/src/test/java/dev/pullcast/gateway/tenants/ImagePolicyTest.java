// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.tenants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.settings.Settings;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImagePolicyTest {
    private static final String DIGEST = "@sha256:" + "a".repeat(64);

    @ParameterizedTest
    @CsvSource({
        "*, evil.example/x, true",
        "ghcr.io, ghcr.io/acme/app, true",
        "ghcr.io, ghcr.io:443/acme/app, true",
        "ghcr.io:443/*, GHCR.io/acme/app, true",
        "ghcr.io, ghcr.io:5000/acme/app, false",
        "ghcr.io, ghcr.io.evil.example/acme/app, false",
        "ghcr.io/acme/*, ghcr.io/acme/a/b:1, true",
        "ghcr.io/acme/*, ghcr.io/acmeevil/app, false",
        "docker.io/library/*, alpine, true",
        "index.docker.io/library/*, alpine, true",
        "docker.io, index.docker.io/acme/x, true",
        "docker.io/library/*, acme/alpine, false",
        "*.example.com/*, a.example.com/x, true",
        "*.example.com/*, evil.io/a.example.com/x, false",
        "*/acme/*, evil.io/acme/x, true",
        "docker.io/library/alpine:3.*, alpine:3.20, true",
        "docker.io/library/alpine:3.*, alpine:latest, false",
        "docker.io/library/alpine:3.*, alpine, false",
        "localhost:5000, localhost:5000/x, true",
        "localhost, localhost:5000/x, false",
        "registry.io/?, registry.io/ab, false",
    })
    void aPatternMeansRegistryAndPathApart(String pattern, String image, boolean allowed) {
        assertThat(of(Map.of("policy.images", pattern)).allows(null, image)).isEqualTo(allowed);
    }

    @Test
    void aTagThatIsAllowedAllowsNoDigest() {
        ImagePolicy policy = of(Map.of("policy.images", "docker.io/library/alpine:3.20"));
        assertThat(policy.allows(null, "alpine:3.20")).isTrue();
        assertThat(policy.allows(null, "alpine:3.20" + DIGEST)).isFalse();
        assertThat(of(Map.of("policy.images", "docker.io/library/alpine" + DIGEST))
                        .allows(null, "alpine:9" + DIGEST))
                .isTrue();
        assertThat(of(Map.of("policy.images", "docker.io/library/alpine" + DIGEST))
                        .allows(null, "alpine:9"))
                .isFalse();
    }

    @Test
    void aProjectsOwnPatternsStandInsteadOfTheUsualOnes() {
        ImagePolicy policy = of(Map.of("policy.images", "ghcr.io", "policy.images.team-a", "quay.io, docker.io/a/*"));
        assertThat(policy.allows("team-a", "quay.io/x/y")).isTrue();
        assertThat(policy.allows("team-a", "ghcr.io/x/y")).isFalse();
        assertThat(policy.allows("team-b", "ghcr.io/x/y")).isTrue();
        assertThat(policy.allows(null, "quay.io/x/y")).isFalse();
    }

    @Test
    void theEnvironmentNamesProjectsInCapitals() {
        Settings settings = Settings.read(
                TenantRules.KEYS,
                null,
                Map.of("PULLCAST_POLICY_IMAGES_TEAM_A", "quay.io", "PULLCAST_QUOTA_PULLS_AT_ONCE_TEAM_A", "7"),
                Map.of());
        assertThat(ImagePolicy.of(settings).allows("team-a", "ghcr.io/x")).isFalse();
        assertThat(ImagePolicy.of(settings).allows("team-b", "ghcr.io/x")).isTrue();
        assertThat(Quotas.of(settings).pullsAtOnce("team-a")).isEqualTo(7);
    }

    @Test
    void reasonsNameTheRuleAndAreBounded() {
        ImagePolicy policy = of(Map.of("policy.images.team-a", "quay.io"));
        PullJob job = PullJob.of("x", Collections.nCopies(1_000, ImageRequest.of("ghcr.io/x/y")))
                .withProject("team-a");
        assertThat(policy.refusals(job))
                .hasSize(21)
                .first()
                .isEqualTo(
                        "images[0]: ghcr.io/x/y is not allowed for project team-a by policy.images.team-a (quay.io)");
        assertThat(policy.refusals(job).getLast()).isEqualTo("images: 980 more are not allowed");
    }

    @Test
    void theImageOfAnotherProjectIsJudgedByThatProjectsRule() {
        ImagePolicy policy = of(Map.of("policy.images.team-a", "quay.io"));
        PullJob job = PullJob.of("x", List.of(new ImageRequest("ghcr.io/x/y", null, "team-b", null)))
                .withProject("team-a");
        assertThat(policy.refusals(job)).isEmpty();
    }

    @Test
    void aPatternWithAnEmptyPartStopsTheStart() {
        assertThatThrownBy(() -> of(Map.of("policy.images", "ghcr.io/")))
                .isInstanceOf(Settings.InvalidSetting.class)
                .hasMessageContaining("policy.images");
    }

    private static ImagePolicy of(Map<String, String> given) {
        return ImagePolicy.of(Settings.read(TenantRules.KEYS, null, Map.of(), given));
    }
}
