// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.sealed.RegistryLogin;
import dev.pullcast.contract.sealed.SealedFor;
import dev.pullcast.contract.sealed.SealingKeys;
import dev.pullcast.worker.engine.EngineException;
import dev.pullcast.worker.engine.Keyring;
import dev.pullcast.worker.engine.RegistryAuth;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SealedCredentialsTest {
    private static final String A_KEY = "A".repeat(43);
    private static final String OTHER_KEY = "B".repeat(42) + "A";

    private static final Instant NOW = Instant.parse("2026-11-30T10:00:00Z");

    @TempDir
    Path folder;

    private Path keys = Path.of("keys");

    @BeforeEach
    void writeKeys() throws Exception {
        keys = folder.resolve("keys");
        Files.writeString(keys, "a:" + A_KEY + "\n");
    }

    private String seal(String registry, SealedFor use) throws Exception {
        return SealingKeys.read(keys).seal(new RegistryLogin("me", "hunter22", null, null, registry), use);
    }

    private static SealedFor use(String image) {
        return new SealedFor("job", "team-a", image, NOW.getEpochSecond() + 60);
    }

    private static Keyring.Wanted wanted(String image) {
        return new Keyring.Wanted(ImageReference.parse(image), null, "team-a", "job", null);
    }

    private List<RegistryAuth> open(String sealed, Keyring.Wanted wanted, Instant now) {
        return SealedCredentials.open(keys, sealed, wanted, now);
    }

    private String refusal(String sealed, Keyring.Wanted wanted, Instant now) {
        EngineException e = catchThrowableOfType(EngineException.class, () -> open(sealed, wanted, now));
        assertThat(e).as(wanted.toString()).isNotNull();
        assertThat(e.failure().reason()).isEqualTo(FailureReason.AUTH);
        assertThat(e.failure().retryable()).isFalse();
        return String.valueOf(e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "r.example:5000, r.example:5000/a, r.example:5000",
        "https://r.example/v2/, r.example/a, r.example",
        "docker.io, alpine, https://index.docker.io/v1/",
        "https://index.docker.io/v1/, alpine, https://index.docker.io/v1/",
    })
    void areOpenedForTheirRegistryAndImageHoweverTheyAreWritten(String registry, String image, String serverAddress)
            throws Exception {
        assertThat(open(seal(registry, use(image)), wanted(image), NOW))
                .containsExactly(new RegistryAuth("me", "hunter22", serverAddress, null, null));
    }

    /** A job of a standing set has an id of its own; the coordinator writes the set into its tasks. */
    @Test
    void areOpenedForAJobOfTheirSet() throws Exception {
        ImageReference image = ImageReference.parse("r.example/a:1");
        String sealed = seal("r.example", use("r.example/a:1"));
        assertThat(open(sealed, new Keyring.Wanted(image, null, "team-a", "refresh", "job"), NOW))
                .hasSize(1);
        refusal(sealed, new Keyring.Wanted(image, null, "team-a", "refresh", "other-set"), NOW);
    }

    @Test
    void usedAnywhereElseOrLaterAreRefusedInTheSameWords() throws Exception {
        String sealed = seal("r.example", use("r.example/a:1"));
        ImageReference image = ImageReference.parse("r.example/a:1");
        List<String> texts = List.of(
                refusal(
                        sealed,
                        new Keyring.Wanted(ImageReference.parse("evil.example/a:1"), null, "team-a", "job", null),
                        NOW),
                refusal(
                        sealed,
                        new Keyring.Wanted(ImageReference.parse("r.example/b:1"), null, "team-a", "job", null),
                        NOW),
                refusal(
                        sealed,
                        new Keyring.Wanted(ImageReference.parse("r.example/a:2"), null, "team-a", "job", null),
                        NOW),
                refusal(sealed, new Keyring.Wanted(image, null, "team-b", "job", null), NOW),
                refusal(sealed, new Keyring.Wanted(image, null, "Team-A", "job", null), NOW),
                refusal(sealed, new Keyring.Wanted(image, null, null, "job", null), NOW),
                refusal(sealed, new Keyring.Wanted(image, null, "team-a", "another", null), NOW),
                refusal(sealed, wanted("r.example/a:1"), NOW.plusSeconds(60)),
                refusal(sealed, wanted("r.example/a:1"), NOW.plusSeconds(1_000_000)));
        assertThat(Set.copyOf(texts)).hasSize(1);
        assertThat(texts.getFirst()).contains("expired", "job").doesNotContain("hunter22", "r.example", "team-a");
        assertThat(open(sealed, wanted("r.example/a:1"), NOW.plusSeconds(59))).hasSize(1);
    }

    @Test
    void areOpenedWithTheKeysOfNowAndNoMessageNamesAKey() throws Exception {
        String sealed = seal("r.example", use("r.example/a"));
        Files.writeString(keys, "second-key:" + OTHER_KEY + "\na:" + A_KEY + "\n");
        assertThat(open(sealed, wanted("r.example/a"), NOW)).hasSize(1);
        Files.writeString(keys, "second-key:" + OTHER_KEY + "\n");
        assertThat(refusal(sealed, wanted("r.example/a"), NOW)).doesNotContain("second-key");
        Files.writeString(keys, "second-key:x\n");
        assertThat(refusal(sealed, wanted("r.example/a"), NOW)).doesNotContain("second-key", keys.toString());
    }

    @Test
    void withoutAnyKeyAreAFailureAndNeverAnAnonymousPull() throws Exception {
        String sealed = seal("r.example", use("r.example/a"));
        assertThatThrownBy(() -> SealedCredentials.open(null, sealed, wanted("r.example/a"), NOW))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("credentials.keys");
    }
}
